//! Silencers of a schedule or a lease: a stranger's header, what comes twice, a timer that is lost.

#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::process::Command as Process;
use std::time::Duration;

use async_nats::HeaderMap;
use homing::log::{FindingState, clock};
use homing::rules::{Fact, Timer, message, presence, schedule, timer};
use homing::wire::work::DueTimer;
use homing::wire::{Outgoing, commit};
use homing::words::{EventSeq, Instant, Span};
use serde_json::{Value, json};
use support::world::{World, story};
use support::{HOMING, Homing, run};
use tokio::task::block_in_place;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Times here are some seconds ahead; the machine may be busy.
const WITHIN: Duration = Duration::from_secs(60);
const DECIDES: &str = "decider,fanout,presence,query";
/// A stranger need not know the sequences that were part of our identities once: they try them.
const TRIED: u64 = 20;
/// More often than the smallest window that a stream can have.
const FORGED_EVERY: Duration = Duration::from_millis(30);

impl World {
    async fn say(&self, by: &str, verb: &str, fields: Value) -> u64 {
        let subject = format!("homing.cmd.{by}.{verb}");
        let said = Outgoing { subject, headers: Vec::new(), payload: fields.to_string().into_bytes() };
        self.log.command(said).await.expect("it is stored")
    }

    async fn register(&self) {
        for name in ["alice", "bob"] {
            self.say("_admin", "user.register", json!({ "name": name })).await;
        }
    }

    /// A message to bob, some whole seconds from now; gives its timer.
    async fn schedule(&self, seconds: i64) -> DueTimer {
        let at = Instant::from_unix_ms((clock::now().unix_ms() / 1_000 + seconds) * 1_000);
        let when = json!({ "at": at.brief().trim_end_matches('Z'), "zone": "UTC" });
        let message = json!({ "to": ["bob"], "text": "later" });
        let seq = self.say("alice", "schedule.create", json!({ "message": message, "when": when })).await;
        let timer: Timer = format!("occur-s{seq}").parse().expect("a timer");
        self.set(timer).await
    }

    /// The timer as the log sets it.
    async fn set(&self, wanted: Timer) -> DueTimer {
        let set = |fact: &Fact| {
            let Fact::Timer(timer::Fact::Set(timer::Set { timer, due })) = *fact else { return None };
            (timer == wanted).then_some(DueTimer { timer, due })
        };
        self.fact(set).await.1
    }

    /// The first fact in the log of which something is found.
    async fn fact<T>(&self, find: impl Fn(&Fact) -> Option<T>) -> (EventSeq, T) {
        let mut events = self.log.follow("EVENTS", None, 1);
        let found = async {
            loop {
                for record in events.next().await.expect("EVENTS is there") {
                    let commit = commit::decode(&record.payload).expect("a commit");
                    if let Some(found) = commit.facts.iter().find_map(&find) {
                        return (EventSeq(record.seq), found);
                    }
                }
            }
        };
        timeout(WITHIN, found).await.expect("it comes to be")
    }

    /// How often the log says so, up to the answer to a command that is said now.
    async fn count(&self, like: impl Fn(&Fact) -> bool) -> usize {
        let name = format!("u{}", clock::now().unix_ms());
        let last = self.say("_admin", "user.register", json!({ "name": name })).await;
        let (mut count, mut events) = (0, self.log.follow("EVENTS", None, 1));
        let read = async {
            loop {
                for record in events.next().await.expect("EVENTS is there") {
                    let commit = commit::decode(&record.payload).expect("a commit");
                    count += commit.facts.iter().filter(|fact| like(fact)).count();
                    if commit.command.0 >= last {
                        return;
                    }
                }
            }
        };
        timeout(WITHIN, read).await.expect("it is decided");
        count
    }

    /// Publishes as alice under all of these identities, again and again.
    async fn forge(&self, identities: &[String]) {
        let mut pace = interval(FORGED_EVERY);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pace.tick().await;
            for identity in identities {
                let mut headers = HeaderMap::new();
                headers.insert("Nats-Msg-Id", identity.as_str());
                let mood = json!({ "mood": "innocent" }).to_string();
                let sent = self.log.client().publish_with_headers(
                    "homing.cmd.alice.profile.set",
                    headers,
                    mood.into(),
                );
                sent.await.expect("it is sent");
            }
        }
    }

    async fn stop(self, running: impl IntoIterator<Item = Homing>) {
        for homing in running {
            assert!(block_in_place(|| homing.stop()).success());
        }
        self.server.stop().await.expect("nats-server stops");
    }

    /// `schedule ledger --verify`: its exit code, and what it says.
    fn verify(&self, flags: &[&str]) -> (Option<i32>, String) {
        let mut ledger = Process::new(HOMING);
        ledger.args(["schedule", "ledger", "--verify"]).args(flags).env("NATS_URL", self.server.url());
        let ended = block_in_place(|| run(&mut ledger, WITHIN));
        (ended.status.code(), ended.stdout)
    }
}

fn fired(fact: &Fact) -> bool {
    matches!(fact, Fact::Schedule(schedule::Fact::Fired(_)))
}

fn gone(fact: &Fact) -> bool {
    matches!(fact, Fact::Presence(presence::Fact::WentOffline(_)))
}

#[test]
fn a_stranger_cannot_silence_a_schedule_by_a_message_id() {
    story(|world| async move {
        let homing = world.serve("one", &format!("{DECIDES},scheduler"));
        world.register().await;
        let DueTimer { timer, due } = world.schedule(3).await;
        let identity = |seq: u64| format!("fired.{timer}.{}.{seq}", due.unix_ms());
        let identities: Vec<String> = (1..=TRIED).map(identity).collect();
        tokio::select! {
            () = world.forge(&identities) => {}
            _ = world.fact(|fact| fired(fact).then_some(())) => {}
        }
        assert_eq!(world.count(fired).await, 1);
        world.stop([homing]).await;
    });
}

#[test]
fn a_stranger_cannot_keep_a_lease_from_lapsing_by_a_message_id() {
    story(|world| async move {
        let homing = world.serve("one", DECIDES);
        world.register().await;
        world.say("bob", "presence.online", json!({ "device": "pc", "class": "pc", "lease": "1s" })).await;
        let online =
            |fact: &Fact| matches!(fact, Fact::Presence(presence::Fact::CameOnline(_))).then_some(());
        let (since, ()) = world.fact(online).await;
        let identity = |number: u64| format!("lapsed.bob.pc.{}.{number}", since.0);
        let identities: Vec<String> = (1..=TRIED).map(identity).collect();
        tokio::select! {
            () = world.forge(&identities) => {}
            _ = world.fact(|fact| gone(fact).then_some(())) => {}
        }
        assert_eq!(world.count(gone).await, 1);
        world.stop([homing]).await;
    });
}

#[test]
fn a_firing_and_a_lapse_that_come_twice_happen_once() {
    story(|world| async move {
        let homing = world.serve("one", "decider");
        world.register().await;
        world.say("bob", "presence.online", json!({ "device": "pc", "class": "pc", "lease": "1h" })).await;
        let online =
            |fact: &Fact| matches!(fact, Fact::Presence(presence::Fact::CameOnline(_))).then_some(());
        let (since, ()) = world.fact(online).await;
        let DueTimer { timer, due } = world.schedule(3).await;
        for _ in 0..2 {
            let firing = json!({ "timer": timer.to_string(), "due": due.unix_ms() });
            world.say("_clock", "timer.fired", firing).await;
            let lapse = json!({ "user": "bob", "device": "pc", "since": since.0 });
            world.say("_lease", "presence.lapsed", lapse).await;
        }
        assert_eq!((world.count(fired).await, world.count(gone).await), (1, 1));
        world.stop([homing]).await;
    });
}

#[test]
fn the_window_of_an_earlier_version_is_brought_to_the_smallest() {
    story(|world| async move {
        let mut config: Value = serde_json::from_str(include_str!("../streams/COMMANDS.json")).expect("JSON");
        config["duplicate_window"] = json!(120_000_000_000_u64);
        let made = world.log.client().request("$JS.API.STREAM.CREATE.COMMANDS", config.to_string().into());
        let made = String::from_utf8_lossy(&made.await.expect("answered").payload).into_owned();
        assert!(!made.contains("error"), "{made}");
        let state = async |create| {
            let findings = world.log.provision(create, None).await.expect("the server answers");
            findings.into_iter().find(|finding| finding.name == "COMMANDS").expect("it is declared").state
        };
        assert_eq!(state(false).await, FindingState::Differs, "only looking changes nothing");
        assert_eq!(state(true).await, FindingState::Updated);
        assert_eq!(state(true).await, FindingState::AsDeclared);
        world.stop([]).await;
    });
}

#[test]
fn a_consumer_of_an_earlier_version_gets_what_this_one_reads_and_keeps_what_it_has_done() {
    story(|world| async move {
        world.log.provision(true, None).await.expect("the server answers");
        let call = async |call: &str, request: Value| {
            let answer =
                world.log.client().request(format!("$JS.API.CONSUMER.{call}"), request.to_string().into());
            serde_json::from_slice::<Value>(&answer.await.expect("answered").payload).expect("JSON")
        };
        call("DELETE.EVENTS.fanout", json!({})).await;
        let mut config: Value =
            serde_json::from_str(include_str!("../streams/EVENTS/fanout.json")).expect("JSON");
        for key in ["priority_groups", "priority_policy", "priority_timeout"] {
            config.as_object_mut().expect("an object").remove(key);
        }
        config["filter_subjects"] = json!(["homing.evt.message.>", "homing.evt.presence.online"]);
        config["max_waiting"] = json!(16);
        let made = json!({ "stream_name": "EVENTS", "config": config, "action": "create" });
        let made = call("CREATE.EVENTS.fanout", made).await;
        assert!(made.get("error").is_none(), "{made}");
        let finding = async |create| {
            let findings = world.log.provision(create, None).await.expect("the server answers");
            findings.into_iter().find(|finding| finding.name == "EVENTS/fanout").expect("it is declared")
        };
        assert_eq!(finding(false).await.differences.len(), 5, "only looking changes nothing");
        let left = finding(true).await.differences;
        let left: Vec<_> = left.iter().map(|difference| difference.key.as_str()).collect();
        assert_eq!(left, ["max_waiting"], "what a person may have set is theirs");
        let created = |info: &Value| info["created"].clone();
        assert_eq!(
            created(&call("INFO.EVENTS.fanout", json!({})).await),
            created(&made),
            "it is the same one"
        );
        world.stop([]).await;
    });
}

#[test]
fn lost_timers_are_noticed_and_set_again() {
    story(|world| async move {
        let others = world.serve("others", DECIDES);
        let scheduler = world.serve("scheduler", "scheduler");
        world.register().await;
        let message = json!({ "to": ["bob"], "text": "soon of no use", "expires_in": "5s" });
        let message = world.say("alice", "message.send", message).await;
        let expiry = world.set(format!("expire-m{message}").parse().expect("a timer")).await;
        let (passed, ahead) = (world.schedule(5).await, world.schedule(18).await);
        for timer in [expiry, passed, ahead] {
            let lies = async { while !world.log.holds_timer(&timer).await.expect("DUE is there") {} };
            timeout(WITHIN, lies).await.expect("it is set");
        }
        assert!(block_in_place(|| scheduler.stop()).success());
        let purged = world.log.client().request("$JS.API.STREAM.PURGE.DUE", "".into()).await;
        let purged = String::from_utf8_lossy(&purged.expect("answered").payload).into_owned();
        assert!(purged.contains(r#""success":true"#), "{purged}");

        let overdue = timeout(WITHIN, async {
            loop {
                if let (Some(1), said) = world.verify(&["--grace", "1s", "--json"]) {
                    return said;
                }
            }
        });
        let overdue = overdue.await.expect("it is noticed");
        // Behind it stands what is wrong.
        let overdue: Value = serde_json::from_str(overdue.lines().next().unwrap_or_default()).expect("JSON");
        let of = |timer: DueTimer| timer.timer.schedule().map(|schedule| schedule.to_string());
        assert_eq!(overdue["overdue"]["count"], 1, "{overdue}");
        assert_eq!(overdue["overdue"]["items"][0]["schedule"].as_str(), of(passed).as_deref(), "{overdue}");
        let (code, said) = world.verify(&["--grace", "1s"]);
        assert!(code == Some(1) && said.contains("OVERDUE"), "{said}");

        let scheduler = world.serve("scheduler", "scheduler");
        for timer in [passed, ahead] {
            let fired = |fact: &Fact| {
                let fired = fact.get::<schedule::Fired>()?;
                let its = Some(fired.schedule) == timer.timer.schedule();
                its.then_some(Span::from_ms(fired.late_ms))
            };
            let (_, late) = world.fact(fired).await;
            assert!(timer != ahead || late < Span::from_secs(2), "set again before its time: {late} late");
        }
        world.fact(|fact| matches!(fact, Fact::Message(message::Fact::Expired(_))).then_some(())).await;
        let (code, said) = world.verify(&["--grace", "1s"]);
        assert!(code == Some(0) && !said.contains("OVERDUE"), "{said}");
        let log = scheduler.log();
        let warnings = log.lines().filter(|line| line.contains("are set again")).collect::<Vec<_>>();
        assert!(warnings.len() == 1 && warnings[0].contains("3 timers"), "{warnings:?}");
        world.stop([others, scheduler]).await;
    });
}
