//! `homing ledger` on a real log: each day balances, the log counted again agrees, and who has fallen silent is named.

#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use homing::log::Log;
use homing::rules::days::DaySums;
use homing::rules::identity::Suspended;
use homing::rules::message::{Accepted, Delivered, Route};
use homing::rules::{Commit, Fact, Sender};
use homing::wire::{commit, headers};
use homing::words::{CommandSeq, Day, EventSeq, Instant, MessageId, Span};
use redb::{Database, ReadableDatabase, TableDefinition};
use serde_json::{Value, json};
use support::sequence::publish_some;
use support::world::{World, registers, says, story, told};
use support::{Ended, HOMING, run};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// A busy machine decides a few thousand commands in it.
const WITHIN: Duration = Duration::from_secs(60);
const ROWS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("rows");

fn data(world: &World) -> PathBuf {
    world.folder.path().join("data")
}

fn ledger(world: &World, args: &[&str]) -> Ended {
    let mut program = Command::new(HOMING);
    program.arg("ledger").args(args).args(["--nats", &world.server.url()]);
    program.env_remove("NATS_URL").stdin(Stdio::null());
    block_in_place(|| run(&mut program, WITHIN))
}

/// What it shows of all days, and whether all was well.
fn shown(world: &World, args: &[&str]) -> (Value, bool) {
    let ended = ledger(world, &[&["--since", "1970-01-01", "--json"], args].concat());
    let first = ended.stdout.lines().next().unwrap_or_default();
    let shown = serde_json::from_str(first).unwrap_or_else(|_| panic!("{}{}", ended.stdout, ended.stderr));
    (shown, ended.status.success())
}

fn sum(shown: &Value, kind: &str, name: &str) -> u64 {
    let days = shown["days"].as_array().expect("a list").iter();
    days.map(|day| day[kind][name].as_u64().expect("a number")).sum()
}

#[test]
fn each_day_of_random_commands_balances_and_the_log_counted_again_agrees() {
    story(|world| async move {
        let homing = world.serve("data", "decider,query");
        publish_some(&world.log, 40).await;
        let mut outcomes = world.log.client().subscribe("homing.outcome.>").await.expect("a subject");
        world.log.client().flush().await.expect("the server answers");
        let last = says(&world.log, "_admin", &registers("zoe", None)).await;
        timeout(WITHIN, told(&mut outcomes, last)).await.expect("it is decided");
        let (found, well) = shown(&world, &["--verify", "--silences"]);
        assert!(well && found["agrees"] == true && found["differing"] == json!([]), "{found}");
        assert!(
            sum(&found, "deliveries", "accepted") > 50 && sum(&found, "occurrences", "planned") > 5,
            "{found}"
        );
        let kinds = ["delivered", "filtered", "recalled", "expired", "failed", "open"];
        let ends: u64 = kinds.iter().map(|kind| sum(&found, "deliveries", kind)).sum();
        assert_eq!(ends, sum(&found, "deliveries", "accepted"), "{found}");
        assert_eq!(found["silences"], json!([]), "all is of today");
        assert!(block_in_place(|| homing.stop()).success());
    });
}

/// A log that is written for the test.
struct Book {
    log: Log,
    last: u64,
}

impl Book {
    async fn write(&mut self, at: Instant, facts: Vec<Fact>) -> MessageId {
        let command = CommandSeq(self.last + 1);
        let commit = Commit { command, at, by: Sender::Unknown, part: 0, parts: 1, intent: None, facts };
        let (mut appender, mut acks) = self.log.appender(EventSeq(self.last)).await.expect("it is there");
        let appending = appender.append(commit::outgoing(&commit, &headers::Trace::default())).await;
        acks.stored(appending.expect("it is sent")).await.expect("it is stored");
        self.last += 1;
        MessageId::of(command)
    }

    /// A message that arrives at once.
    async fn arrives(&mut self, from: &str, at: Instant) -> Delivered {
        let message = MessageId::of(CommandSeq(self.last + 1));
        let accepted = Accepted {
            message,
            from: from.parse().expect("a name"),
            charged: None,
            group: None,
            app: None,
            to: vec!["zoe".parse().expect("a name")],
            text: Some("good morning".into()),
            parts: None,
            route: Route::default(),
            body: None,
            expires: None,
            day: None,
            counts: None,
            in_name: None,
            code_for: None,
            aside: None,
        };
        self.write(at, vec![accepted.into()]).await;
        let (to, encoding, group) = ("zoe".parse().expect("a name"), None, None);
        let delivered = Delivered { message, to, from: from.parse().ok(), encoding, group };
        self.write(at + Span::from_secs(1), vec![delivered.clone().into()]).await;
        delivered
    }
}

#[test]
fn who_used_to_arrive_daily_and_stopped_is_silent_and_a_second_end_is_an_error() {
    story(|world| async move {
        world.log.provision(true, None).await.expect("streams can be made");
        let mut book = Book { log: world.log.clone(), last: 0 };
        let now = homing::log::clock::now();
        let days_ago = |days: i64| now + Span::from_secs(-days * 86_400);
        let mut last = None;
        for days in (10..20).rev() {
            last = Some(book.arrives("alice", days_ago(days)).await);
            book.arrives("bob", days_ago(days)).await;
            book.arrives("carol", days_ago(days - 9)).await;
        }
        book.arrives("dan", days_ago(20)).await;
        book.write(days_ago(9), vec![Suspended { user: "bob".parse().expect("a name") }.into()]).await;
        let homing = world.serve("data", "query");
        let (found, well) = shown(&world, &["--verify", "--silences"]);
        assert!(well && found["agrees"] == true, "{found}");
        assert_eq!(sum(&found, "deliveries", "delivered"), 31, "{found}");
        let silences = found["silences"].as_array().expect("a list");
        assert_eq!(silences.len(), 1, "{found}");
        assert_eq!(
            (&silences[0]["kind"], &silences[0]["name"]),
            (&json!("sender"), &json!("alice")),
            "{found}"
        );
        let told = ledger(&world, &["--silences"]).succeeded("it is no error").stdout;
        assert!(told.contains("sender  alice"), "{told}");
        // Of a month alone what is older is not shown.
        let yesterday = Day::of(now).before(1).to_string();
        let told = ledger(&world, &["--since", &yesterday]).succeeded("all is well").stdout;
        assert_eq!(told.lines().count(), 2, "carol's last one: {told}");
        let twice = last.expect("there are ten");
        book.write(now, vec![twice.into()]).await;
        let (found, well) = shown(&world, &["--verify"]);
        assert!(!well && found["agrees"] == true && sum(&found, "deliveries", "repeated") == 1, "{found}");
        let told = ledger(&world, &[]);
        assert_eq!(told.status.code(), Some(1), "{}", told.stdout);
        assert!(told.stdout.contains("NO: 1 ended twice"), "{}", told.stdout);
        assert!(block_in_place(|| homing.stop()).success());
    });
}

/// Counts one delivery more on the first day of the read models.
fn miscounted(world: &World) {
    let rows = Database::open(data(world).join("query/rows.redb")).expect("it is closed");
    let (from, to): (&[u8], &[u8]) = (b"D", b"E");
    let reading = rows.begin_read().expect("it can be read").open_table(ROWS).expect("it is there");
    let first = reading.range::<&[u8]>(from..to).expect("it can be read").next().expect("there is a day");
    let (key, row) = first.expect("it is whole");
    let mut sums: DaySums = rmp_serde::from_slice(row.value()).expect("a day's sums");
    sums.deliveries.opened(1);
    let changing = rows.begin_write().expect("it can be written");
    let row = rmp_serde::to_vec(&sums).expect("it can be written");
    let mut table = changing.open_table(ROWS).expect("it is there");
    table.insert(key.value(), row.as_slice()).expect("it can be written");
    drop(table);
    changing.commit().expect("it can be written");
}

#[test]
fn a_day_that_the_read_models_have_counted_otherwise_is_shown_as_the_log_has_it() {
    story(|world| async move {
        world.log.provision(true, None).await.expect("streams can be made");
        let mut book = Book { log: world.log.clone(), last: 0 };
        let at: Instant = "2026-11-20T08:00:00Z".parse().expect("a time");
        book.arrives("alice", at).await;
        let homing = world.serve("data", "query");
        assert!(shown(&world, &["--verify"]).1);
        assert!(block_in_place(|| homing.stop()).success());
        miscounted(&world);
        let homing = world.serve("data", "query");
        let (found, well) = shown(&world, &["--verify"]);
        assert!(!well && found["agrees"] == false, "{found}");
        let day = &found["differing"][0];
        assert_eq!(
            (&day["day"], &day["deliveries"]["accepted"]),
            (&json!("2026-11-20"), &json!(1)),
            "{found}"
        );
        let told = ledger(&world, &["--since", "2026-11-01", "--verify"]);
        assert!(told.stdout.contains("it DIFFERS on these days"), "{}", told.stdout);
        assert!(block_in_place(|| homing.stop()).success());
    });
}
