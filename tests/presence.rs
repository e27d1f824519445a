//! Presence on a real server: who beats stays online through stalls and restarts, and many who lapse at once delay nobody.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use homing::log::{Log, Pipeline, clock};
use homing::rules::presence::{self, DeviceClass, Encoding, Offline, Online};
use homing::rules::{Command, Fact};
use homing::server::Sync;
use homing::wire::{command, commit, subjects};
use homing::words::Span;
use serde::Deserialize;
use serde_json::Value;
use support::kill::{Frozen, kill_9};
use support::server::server;
use support::world::{World, registers, says, story};
use support::{Homing, say};
use tokio::task::block_in_place;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// What is awaited comes within this, however busy the machine is.
const WITHIN: Duration = Duration::from_secs(120);
const BEAT_EVERY: Duration = Duration::from_secs(1);
/// A heartbeat is due every second.
const LEASE: Span = Span::from_secs(3);
const HOUR: Span = Span::from_secs(3_600);
/// As long as the lease and a second more.
const STALL_BEATS: usize = 4;
/// Of a start, so many are looked at.
const ANSWERS: usize = 20;
/// A user's devices, as many as the rules allow.
const DEVICES_LEN: usize = 16;
const LEASES_LEN: usize = 20_000;
const IN_FLIGHT_MAX: usize = 500;
const ASKED_EVERY: Duration = Duration::from_millis(10);
/// Of one heartbeat's answer, on a machine that has other work too. All reports together take three times as long.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

fn online(device: usize, lease: Span) -> Command {
    let device = format!("d{device}").parse().expect("a device");
    Command::from(Online { device, class: DeviceClass::Pc, lease })
}

fn heartbeat(user: &str) -> String {
    subjects::heartbeat(&user.parse().expect("a name"), &"d0".parse().expect("a device"))
}

/// What a heartbeat of the user's first device is answered; nothing where nobody keeps leases.
async fn asks(log: &Log, user: &str) -> Option<bool> {
    let answer = log.client().request(heartbeat(user), "".into()).await.ok()?;
    serde_json::from_slice::<Value>(&answer.payload).ok()?.get("online")?.as_bool()
}

async fn is_told(log: &Log, user: &str, wanted: bool) {
    let told = async { while asks(log, user).await != Some(wanted) {} };
    timeout(WITHIN, told).await.unwrap_or_else(|_| panic!("{user} is never told {wanted}"));
}

/// Registers users; each has all the devices that there can be online. Gives their names.
async fn crowd(world: &World, leases: usize, lease: Span) -> Vec<String> {
    let names: Vec<String> = (0..leases / DEVICES_LEN).map(|number| format!("u{number}")).collect();
    let mut pipeline = Pipeline::new(world.log.clone(), IN_FLIGHT_MAX);
    let said = names.iter().flat_map(|name| {
        let devices = (0..DEVICES_LEN).map(move |device| (name.as_str(), online(device, lease)));
        std::iter::once(("_admin", registers(name, None))).chain(devices)
    });
    for (by, said) in said {
        let said = command::outgoing(by, &said, Encoding::Json);
        pipeline.publish(said.subject, said.payload.into()).await.expect("it is stored");
    }
    pipeline.drain().await.expect("all is stored");
    names
}

/// Registers a user with one device that is online; gives the command's sequence.
async fn joins(world: &World, name: &str, lease: Span) -> u64 {
    says(&world.log, "_admin", &registers(name, None)).await;
    says(&world.log, name, &online(0, lease)).await
}

impl World {
    /// Reads the facts of presence from the first on, until `enough`; gives the sequence of the last commit.
    async fn reads(&self, mut enough: impl FnMut(&commit::Commit, &presence::Fact) -> bool) -> u64 {
        let mut events = self.log.follow("EVENTS", None, 1);
        let read = async {
            loop {
                for record in events.next().await.expect("EVENTS is there") {
                    let commit = commit::decode(&record.payload).expect("a commit");
                    for fact in &commit.facts {
                        if let Fact::Presence(fact) = fact
                            && enough(&commit, fact)
                        {
                            return record.seq;
                        }
                    }
                }
            }
        };
        timeout(WITHIN, read).await.expect("it is decided")
    }

    /// Waits until this command, which somebody came online by, is decided; gives its commit's sequence.
    async fn decided(&self, seq: u64) -> u64 {
        self.reads(|commit, _| commit.command.0 == seq).await
    }

    /// Who went offline by a lapse before what is said now is decided.
    async fn lapsed(&self) -> BTreeSet<String> {
        let last = joins(self, "last", HOUR).await;
        let mut lapsed = BTreeSet::new();
        self.reads(|commit, fact| {
            if let presence::Fact::WentOffline(gone) = fact {
                lapsed.insert(gone.user.to_string());
            }
            commit.command.0 >= last
        })
        .await;
        lapsed
    }

    /// The readers of EVENTS for leases, also those whose process has ended a moment ago: by name, where each has begun.
    async fn readers(&self) -> BTreeMap<String, u64> {
        let answer = self.log.client().request("$JS.API.CONSUMER.LIST.EVENTS", "".into()).await;
        let listed: Listed = serde_json::from_slice(&answer.expect("it answers").payload).expect("a list");
        let of_leases = listed
            .consumers
            .into_iter()
            .filter(|found| found.config.filter_subject == "homing.evt.presence.*");
        of_leases.map(|found| (found.name, found.config.opt_start_seq)).collect()
    }
}

#[derive(Deserialize)]
struct Listed {
    consumers: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    name: String,
    config: Config,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    filter_subject: String,
    #[serde(default)]
    opt_start_seq: u64,
}

/// A client: somebody with a connection of their own.
struct Person {
    name: String,
    log: Log,
}

async fn people(world: &World, len: usize) -> Vec<Person> {
    let mut people = Vec::new();
    for number in 0..len {
        let name = format!("p{number}");
        joins(world, &name, LEASE).await;
        let log = Log::connect(&world.server.url(), &name).await.expect("the server is there");
        is_told(&log, &name, true).await;
        people.push(Person { name, log });
    }
    people
}

/// Everybody beats, as often as is due.
async fn beat(people: &[Person], times: usize) {
    let mut due = interval(BEAT_EVERY);
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..times {
        due.tick().await;
        for person in people {
            person.log.client().publish(heartbeat(&person.name), "".into()).await.expect("it is sent");
        }
    }
    due.tick().await;
}

async fn stop(world: World, running: impl IntoIterator<Item = Homing>) {
    for homing in running {
        assert!(block_in_place(|| homing.stop()).success());
    }
    world.server.stop().await.expect("nats-server stops");
}

/// Eight people beat through a stall of a process; nobody is offline afterwards.
fn nobody_lapses_while_stalled(process: fn(&World, &Homing) -> u32) {
    story(|world| async move {
        let homing = world.serve("one", "decider,presence");
        let people = people(&world, 8).await;
        beat(&people, 2).await;
        let frozen = Frozen::freeze(process(&world, &homing));
        beat(&people, STALL_BEATS).await;
        drop(frozen);
        // Who was given up then is offline by now.
        beat(&people, STALL_BEATS).await;
        assert_eq!(world.lapsed().await, BTreeSet::new());
        let told = join_all(people.iter().map(|person| asks(&person.log, &person.name))).await;
        assert_eq!(told, [Some(true); 8]);
        stop(world, [homing]).await;
    });
}

#[test]
fn a_stall_of_nats_server_takes_nobody_offline_who_kept_beating() {
    nobody_lapses_while_stalled(|world, _| world.server.pid());
}

#[test]
fn a_stall_of_homing_takes_nobody_offline_who_kept_beating() {
    nobody_lapses_while_stalled(|_, homing| homing.pid());
}

/// Leases are judged again afterwards: those who have stopped beating lapse.
#[test]
fn a_nats_server_that_was_gone_for_longer_than_a_lease_takes_offline_only_who_does_not_come_back() {
    story(|mut world| async move {
        let homing = world.serve("one", "decider,presence");
        let people = people(&world, 8).await;
        beat(&people, 2).await;
        kill_9(world.server.pid());
        beat(&people, STALL_BEATS).await;
        let (data, port) = (world.folder.path().join("server"), world.server.port());
        world.server = server(&data, port, Sync::Off).await;
        beat(&people, STALL_BEATS).await;
        assert_eq!(world.lapsed().await, BTreeSet::new());
        let mut gone = BTreeSet::new();
        world
            .reads(|_, fact| {
                if let presence::Fact::WentOffline(fact) = fact {
                    gone.insert(fact.user.clone());
                }
                gone.len() == people.len()
            })
            .await;
        stop(world, [homing]).await;
    });
}

/// The reader of the log is far behind the decider then.
#[test]
fn who_came_online_a_moment_ago_is_not_told_otherwise() {
    story(|world| async move {
        let homing = world.serve("one", "decider,presence");
        let bob = joins(&world, "bob", HOUR).await;
        world.decided(bob).await;
        is_told(&world.log, "bob", true).await;
        crowd(&world, LEASES_LEN, HOUR).await;
        let mut outcomes = world.log.client().subscribe("homing.outcome.carol.>").await.expect("a subject");
        joins(&world, "carol", HOUR).await;
        timeout(WITHIN, outcomes.next()).await.expect("it is decided").expect("connected");
        assert_eq!(asks(&world.log, "carol").await, Some(true));
        stop(world, [homing]).await;
    });
}

#[test]
fn twenty_thousand_leases_that_lapse_together_delay_nobody_elses_heartbeat() {
    story(|world| async move {
        let decider = world.serve("decider", "decider");
        crowd(&world, LEASES_LEN, LEASE).await;
        let bob = joins(&world, "bob", HOUR).await;
        world.decided(bob).await;
        // All leases begin with the process that keeps them, and so they end together.
        let presence = world.serve("presence", "presence");
        is_told(&world.log, "bob", true).await;
        let (mut gone, mut slowest, mut answers) = (0, Duration::ZERO, 0);
        let all_gone = world.reads(|_, fact| {
            gone += usize::from(matches!(fact, presence::Fact::WentOffline(_)));
            gone == LEASES_LEN
        });
        let beats = async {
            let mut due = interval(ASKED_EVERY);
            due.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                due.tick().await;
                let asked = Instant::now();
                assert_eq!(asks(&world.log, "bob").await, Some(true));
                slowest = slowest.max(asked.elapsed());
                answers += 1;
            }
        };
        tokio::select! {
            _ = all_gone => {}
            () = beats => {}
        }
        let measured = format!("of {answers} answers the slowest took {slowest:?}");
        say(&measured);
        assert!(slowest < ANSWERED_WITHIN, "{measured}");
        assert_eq!(world.lapsed().await.len(), LEASES_LEN / DEVICES_LEN, "and bob is online");
        stop(world, [decider, presence]).await;
    });
}

#[test]
fn a_start_tells_nobody_who_is_online_that_they_are_not() {
    story(|world| async move {
        let decider = world.serve("decider", "decider");
        crowd(&world, LEASES_LEN, HOUR).await;
        let bob = joins(&world, "bob", HOUR).await;
        world.decided(bob).await;
        // The second one goes on with what the first has kept, and the third one has nothing.
        for folder in ["one", "one", "another"] {
            let log = world.log.clone();
            let asking = tokio::spawn(async move {
                let mut told = Vec::new();
                while told.len() < ANSWERS {
                    told.extend(asks(&log, "bob").await);
                }
                told
            });
            let presence = world.serve(folder, "presence");
            let told = timeout(WITHIN, asking).await.expect("he is answered").expect("nothing panics");
            assert_eq!(told, [true; ANSWERS]);
            assert!(block_in_place(|| presence.stop()).success());
        }
        stop(world, [decider]).await;
    });
}

#[test]
fn a_start_reads_what_came_since_the_last_one() {
    story(|world| async move {
        let decider = world.serve("decider", "decider");
        let (bob, carol) = (joins(&world, "bob", HOUR).await, joins(&world, "carol", HOUR).await);
        world.decided(bob).await;
        let last = world.decided(carol).await;
        let goes = Command::from(Offline { device: "d0".parse().expect("a device") });
        let mut begun = Vec::new();
        for (folder, carol_is_online) in [("one", true), ("one", false), ("another", false)] {
            let known = world.readers().await;
            let presence = world.serve(folder, "presence");
            is_told(&world.log, "bob", true).await;
            assert_eq!(asks(&world.log, "carol").await, Some(carol_is_online));
            let readers = world.readers().await.into_iter().filter(|(name, _)| !known.contains_key(name));
            begun.push(readers.map(|(_, seq)| seq).min());
            assert!(block_in_place(|| presence.stop()).success());
            if carol_is_online {
                let gone = says(&world.log, "carol", &goes).await;
                world.decided(gone).await;
            }
        }
        assert_eq!(begun, [1, last + 1, 1].map(Some), "who knows nothing reads all");
        stop(world, [decider]).await;
    });
}

#[test]
fn a_lease_begins_anew_with_the_process_that_keeps_it() {
    story(|world| async move {
        let decider = world.serve("decider", "decider");
        let bob = joins(&world, "bob", LEASE).await;
        world.decided(bob).await;
        let first = world.serve("presence", "presence");
        is_told(&world.log, "bob", true).await;
        assert!(block_in_place(|| first.stop()).success());
        let begun = clock::now();
        let second = world.serve("presence", "presence");
        world
            .reads(|commit, fact| {
                let gone = matches!(fact, presence::Fact::WentOffline(_));
                assert!(!gone || commit.at >= begun + LEASE, "gone {}, kept since {begun}", commit.at);
                gone
            })
            .await;
        stop(world, [second, decider]).await;
    });
}

/// A client that waits for an answer gets one, and says `presence.online`, which tells it what is wrong with the name.
#[test]
fn the_heartbeat_of_a_device_that_cannot_be_is_answered() {
    story(|world| async move {
        let processes = [world.serve("decider", "decider"), world.serve("presence", "presence")];
        let bob = joins(&world, "bob", HOUR).await;
        world.decided(bob).await;
        is_told(&world.log, "bob", true).await;
        let answer =
            world.log.client().request("homing.live.bob.Laptop", "".into()).await.expect("an answer");
        assert_eq!(answer.payload.as_ref(), br#"{"online":false}"#);
        stop(world, processes).await;
    });
}
