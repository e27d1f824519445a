//! Records that no client can read, in the streams that durable consumers read: they are parked, and the work goes on.

mod support;

use std::future::Future;
use std::time::Duration;

use futures_util::StreamExt;
use homing::log::{Log, Source, clock};
use homing::wire::Outgoing;
use homing::words::Instant;
use serde_json::{Value, json};
use support::raw::RawClient;
use support::world::{registers, says, story};
use tokio::task::{block_in_place, yield_now};
use tokio::time::timeout;

/// What is not settled comes again after five or ten seconds, and the machine may be busy.
const WITHIN: Duration = Duration::from_secs(60);
const BAD_HEADERS: &[u8] = b"NATS/1.0\r\nwho: \xff\r\n\r\n";

async fn say(log: &Log, verb: &str, fields: Value) {
    let subject = format!("homing.cmd.{verb}");
    let said = Outgoing { subject, headers: Vec::new(), payload: fields.to_string().into_bytes() };
    log.command(said).await.expect("it is stored");
}

async fn until<F: Future<Output = bool>>(what: &str, is: impl Fn() -> F) {
    let comes = async {
        while !is().await {
            yield_now().await;
        }
    };
    timeout(WITHIN, comes).await.unwrap_or_else(|_| panic!("{what}"));
}

/// What the consumer was not told of.
async fn unsettled(log: &Log, consumer: &str) -> Option<u64> {
    let info = log.client().request(format!("$JS.API.CONSUMER.INFO.{consumer}"), "".into()).await.ok()?;
    let info: Value = serde_json::from_slice(&info.payload).expect("JSON");
    let number = |key: &str| info.get(key).and_then(Value::as_u64);
    Some(number("num_ack_pending")? + number("num_pending")?)
}

async fn parked(log: &Log) -> Vec<String> {
    let parked = log.subjects("OUTBOX", "homing.out._parked.>").await.expect("OUTBOX is there");
    parked.into_keys().collect()
}

fn stored(ack: &str) -> u64 {
    let ack: Value = serde_json::from_str(ack).unwrap_or_else(|_| panic!("{ack}"));
    ack.get("seq").and_then(Value::as_u64).expect("a PubAck")
}

#[test]
fn a_subject_that_is_not_utf8_and_headers_that_are_none_cut_off_no_durable_consumer_for_good() {
    story(|world| async move {
        let homing = world.serve("one", "decider,fanout,scheduler");
        let log = &world.log;
        for name in ["alice", "bob"] {
            says(log, "_admin", &registers(name, None)).await;
        }
        say(log, "bob.presence.online", json!({ "device": "pc", "class": "pc", "lease": "1h" })).await;
        let mut live = log.client().subscribe("homing.to.bob.>").await.expect("a subject");
        let mut raw = RawClient::connect(&world.server.url());
        let message = stored(&raw.publish(b"homing.evt.message.\xff\xfe", b"", b"{}"));
        let header = stored(&raw.publish(b"homing.evt.message.accepted", BAD_HEADERS, b"{}"));
        let timer = stored(&raw.publish(b"homing.evt.timer.\xff", b"", b"{}"));
        let minute = clock::now().unix_minute();
        let due = [format!("homing.due.{minute}.").as_bytes(), b"\xff"].concat();
        let due = stored(&raw.publish(&due, b"", b"{}"));
        let at = Instant::from_unix_ms((clock::now().unix_ms() / 1_000 + 3) * 1_000);
        let when = json!({ "at": at.brief().trim_end_matches('Z'), "zone": "UTC" });
        let letter = json!({ "to": ["bob"], "text": "later" });
        say(log, "alice.schedule.create", json!({ "message": letter, "when": when })).await;
        let heard = timeout(WITHIN, live.next()).await.expect("it is fired and sent").expect("connected");
        assert!(String::from_utf8_lossy(&heard.payload).contains("later"));
        for consumer in ["EVENTS.fanout", "EVENTS.scheduler", &format!("DUE.minute-{minute}")] {
            // A minute that has passed is closed when it is empty.
            let settled = async || unsettled(log, consumer).await.is_none_or(|left| left == 0);
            until(&format!("all of {consumer} is settled"), settled).await;
        }
        let want = [
            format!("homing.out._parked.fanout.{message}"),
            format!("homing.out._parked.fanout.{header}"),
            format!("homing.out._parked.scheduler.{timer}"),
            format!("homing.out._parked.timers.{due}"),
        ];
        assert_eq!(parked(log).await, want);
        assert!(block_in_place(|| homing.stop()).success());
    });
}

#[test]
fn an_adapter_is_cut_off_by_what_no_client_can_read_once_and_gets_the_items_behind_it() {
    story(|world| async move {
        let log = &world.log;
        log.provision(true, None).await.expect("the streams can be made");
        let mut raw = RawClient::connect(&world.server.url());
        let odd = [
            stored(&raw.publish(b"homing.out.sms.bob.\xff", b"", b"{}")),
            stored(&raw.publish(b"homing.out.sms.bob.m1", BAD_HEADERS, b"{}")),
        ];
        let item = stored(&raw.publish(b"homing.out.sms.bob.m2", b"", b"{}"));
        let source = Source { stream: "OUTBOX", durable: "sms", batch_len_max: 8 };
        let mut draw = log.draw(source).await.expect("it is there");
        let taken = timeout(WITHIN, draw.next(8)).await.expect("it comes");
        assert_eq!(taken.iter().map(|taken| taken.record.seq).collect::<Vec<_>>(), [item]);
        let parked = parked(log).await;
        assert_eq!(parked, odd.map(|seq| format!("homing.out._parked.sms.{seq}")));
        assert_eq!(unsettled(log, "OUTBOX.sms").await, Some(1), "the item");
    });
}

/// Whoever may publish can ask, and can beat.
#[test]
fn a_question_or_a_heartbeat_that_no_client_can_read_holds_up_no_decision() {
    const PEOPLE: usize = 50;
    story(|world| async move {
        let homing = world.serve("one", "decider,presence,query");
        let log = &world.log;
        let mut raw = RawClient::connect(&world.server.url());
        for number in 0..PEOPLE {
            says(log, "_admin", &registers(&format!("u{number}"), None)).await;
            raw.publish_and_forget(b"homing.query._decider.active", BAD_HEADERS, b"");
            raw.publish_and_forget(b"homing.query._decider.unwanted", BAD_HEADERS, b"");
            raw.publish_and_forget(b"homing.query.\xff.inbox", b"", b"");
            raw.publish_and_forget(b"homing.live.\xff.d0", b"", b"");
        }
        let asked = json!({ "user": format!("u{}", PEOPLE - 1) }).to_string();
        let found = async || {
            let answer = log.client().request("homing.query._admin.users", asked.clone().into()).await;
            answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.payload).contains("100050"))
        };
        until("who registered last is found", found).await;
        let lines = homing.log();
        assert!(!lines.contains("reads the log again") && !lines.contains("has failed"), "{lines}");
        assert!(block_in_place(|| homing.stop()).success());
    });
}
