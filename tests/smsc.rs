//! The toy SMSC does what it says, to the link that `homing up` binds to it, and to an ESME that asks odd things.

#[path = "support/esme.rs"]
mod esme;
mod support;
#[path = "support/smsc.rs"]
mod wire;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use esme::{Raw, bind};
use homing::lab::smsc::{Event, NotTyped, Options, Smsc};
use homing::smpp::link::{Answer, Connector, Inbound, Incoming, QueryAnswer, Status};
use homing::smpp::pdu::{
    Address, BindKind, Body, CancelSm, QuerySm, QuerySmResp, ReceiptState, ShortMessage, SubmitSm, status,
};
use homing::smpp::text::{Fragment, Long, Reading, Style, fragment, join, segment};
use serde_json::{Value, json};
use support::{Child, HOMING};
use tokio::sync::mpsc::Receiver;
use wire::{COMES_WITHIN, Started, soon};

const PHONE: &str = "+447700900001";
const SERVICE: &str = "12520100001";
/// What nobody waits for.
const NEVER: Duration = Duration::from_secs(24 * 3600);

/// An SMSC with what it tells.
struct World {
    smsc: Smsc,
    events: Receiver<Event>,
}

impl World {
    async fn of(options: Options) -> World {
        let (smsc, events) = Smsc::start(options).await.expect("the loopback has a free port");
        World { smsc, events }
    }

    async fn next(&mut self) -> Event {
        soon("an event", self.events.recv()).await.expect("the SMSC runs")
    }

    fn link(&self, system_id: &str, password: &str, more: &str) -> Started {
        let url = format!("smpp://{system_id}:{password}@127.0.0.1:{}?window=10{more}", self.smsc.port());
        wire::start(url.parse::<Connector>().expect("a connector"))
    }

    /// A transceiver that is bound, of which that is told.
    async fn bound(&mut self) -> Started {
        let link = self.link("esme", "secret", "");
        link.is_bound().await;
        assert_eq!(self.next().await, bound("esme", BindKind::Transceiver));
        link
    }
}

fn bound(system_id: &str, kind: BindKind) -> Event {
    Event::Bound { system_id: system_id.to_owned(), kind }
}

fn reached(text: &str, parts: usize) -> Event {
    Event::Submitted { from: SERVICE.into(), to: PHONE.into(), text: text.to_owned(), parts, reached: true }
}

fn submits(text: &str, long: Long) -> Vec<SubmitSm> {
    let segments = segment(text, &Style { long, ..Style::default() }, 7).expect("not too long");
    let submit = |segment: homing::smpp::text::Segment| SubmitSm {
        source: Address::new(3, 0, SERVICE),
        dest: Address::new(1, 1, PHONE.trim_start_matches('+')),
        esm_class: if segment.udhi { 0x40 } else { 0 },
        registered_delivery: 1,
        data_coding: segment.data_coding,
        octets: segment.user_data,
        ..SubmitSm::default()
    };
    segments.into_iter().map(submit).collect()
}

fn submit(text: &str) -> SubmitSm {
    submits(text, Long::Udh8).remove(0)
}

/// The message_id of an SMS that is taken.
async fn taken(link: &Started, submit: SubmitSm) -> String {
    let answer = soon("a response", link.link.submit(submit).await).await;
    let Answer::Response { status: 0, message_id } = answer else { panic!("{answer:?}") };
    message_id
}

async fn refused(link: &Started, submit: SubmitSm) -> u32 {
    let answer = soon("a response", link.link.submit(submit).await).await;
    let Answer::Response { status: status @ 1.., .. } = answer else { panic!("{answer:?}") };
    status
}

async fn incoming(link: &mut Started) -> (ShortMessage, Incoming) {
    let incoming = soon("a deliver_sm", link.incoming.recv()).await.expect("the link is kept");
    let Inbound::Message(message) = incoming.pdu.clone() else { panic!("{incoming:?}") };
    (message, incoming)
}

fn read(message: &ShortMessage) -> Fragment {
    fragment(&message.octets, message.data_coding, message.esm_class & 0x40 != 0, &Reading::default())
}

#[tokio::test]
async fn a_phone_gets_a_text_whole_and_each_part_has_its_receipt() {
    let mut world = World::of(Options::default()).await;
    let mut link = world.bound().await;
    let (gsm, ucs2) = ("a€".repeat(150), "😀ж".repeat(60));
    for (text, long, parts) in [
        ("on my way", Long::Udh8, 1),
        (&gsm, Long::Udh8, 3),
        (&gsm, Long::Payload, 3),
        (&ucs2, Long::Udh16, 3),
    ] {
        let mut ids = Vec::new();
        for submit in submits(text, long) {
            ids.push(taken(&link, submit).await);
        }
        assert_eq!(world.next().await, reached(text, parts));
        for id in ids {
            let (message, incoming) = incoming(&mut link).await;
            let receipt = message.receipt().expect("a receipt");
            assert_eq!((receipt.id.as_ref(), receipt.state), (Some(&id), ReceiptState::Delivered));
            assert!(
                str::from_utf8(&message.octets).unwrap().starts_with(&format!("id:{id} ")),
                "the text form"
            );
            incoming.answer(status::ROK);
            let state = ReceiptState::Delivered;
            assert_eq!(world.next().await, Event::Receipt { id, phone: PHONE.into(), state, status: 0 });
        }
    }
    link.stops().await;
    assert_eq!(world.next().await, Event::Unbound { system_id: "esme".into() });
}

#[tokio::test]
async fn what_a_phone_types_arrives_whole() {
    let mut world = World::of(Options::default()).await;
    let phone = PHONE.parse().expect("a number");
    assert_eq!(world.smsc.types(phone, SERVICE, "hi").await, Err(NotTyped::NobodyIsBound));
    let mut link = world.bound().await;
    let (gsm, ucs2) = ("see you ".repeat(40), "до встречи ".repeat(20));
    for (text, parts) in [("see you soon", 1), (&gsm, 3), (&ucs2, 4)] {
        let (smsc, typed) = (world.smsc.clone(), text.to_owned());
        let typing = tokio::spawn(async move { smsc.types(phone, SERVICE, &typed).await });
        let mut fragments = Vec::new();
        for _ in 0..parts {
            let (message, incoming) = incoming(&mut link).await;
            assert_eq!((message.source.ton, message.source.text.as_str()), (1, "447700900001"));
            assert_eq!(message.dest.text, SERVICE);
            assert_eq!(message.receipt(), None);
            fragments.push(read(&message));
            incoming.answer(status::ROK);
        }
        assert_eq!(join(&fragments), text);
        assert_eq!(soon("the end of typing", typing).await.unwrap(), Ok(parts));
        let (from, to) = (PHONE.to_owned(), SERVICE.to_owned());
        assert_eq!(world.next().await, Event::Typed { from, to, text: text.to_owned(), parts });
    }
    link.stops().await;
}

#[tokio::test]
async fn an_esme_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let mut world = World::of(Options::default()).await;
    let mut link = world.bound().await;
    let (smsc, phone) = (world.smsc.clone(), PHONE.parse().expect("a number"));
    let typing = tokio::spawn(async move { smsc.types(phone, SERVICE, "hi").await });
    for answer in [status::RX_T_APPN, 0x65] {
        let (message, incoming) = incoming(&mut link).await;
        assert_eq!(join(&[read(&message)]), "hi");
        incoming.answer(answer);
    }
    assert_eq!(soon("the end of typing", typing).await.unwrap(), Err(NotTyped::Refused(0x65)));
    link.stops().await;
}

#[tokio::test]
async fn a_pair_of_binds_gets_its_receipts_on_the_one_that_receives() {
    let mut world = World::of(Options::default()).await;
    let mut link = world.link("pair", "x", "&bind=pair");
    link.is_bound().await;
    let kinds = [world.next().await, world.next().await];
    for kind in [BindKind::Receiver, BindKind::Transmitter] {
        assert!(kinds.contains(&bound("pair", kind)), "{kinds:?}");
    }
    let id = taken(&link, submit("hi")).await;
    let (message, incoming) = incoming(&mut link).await;
    assert_eq!(message.receipt().and_then(|receipt| receipt.id), Some(id));
    incoming.answer(status::ROK);
    link.stops().await;
}

/// It answered none of its receipts, and is gone: more than an account has under way at once.
#[tokio::test]
async fn an_account_that_goes_without_answering_holds_up_no_other_ones_receipts() {
    let world = World::of(Options::default()).await;
    let mut gone = world.link("gone", "x", "");
    gone.is_bound().await;
    for _ in 0..20 {
        taken(&gone, submit("hi")).await;
    }
    let (_message, unanswered) = incoming(&mut gone).await;
    gone.stops().await;
    drop(unanswered);
    let mut link = world.link("other", "x", "");
    link.is_bound().await;
    let id = taken(&link, submit("hi")).await;
    let (message, incoming) = incoming(&mut link).await;
    assert_eq!(message.receipt().and_then(|receipt| receipt.id), Some(id));
    incoming.answer(status::ROK);
    link.stops().await;
}

#[tokio::test]
async fn who_may_not_bind_is_refused() {
    let options =
        Options { system_id: Some("me".into()), password: Some("right".into()), ..Options::default() };
    let mut world = World::of(options).await;
    for (system_id, password, want) in
        [("me", "wrong", status::RINVPASWD), ("you", "right", status::RINVSYSID)]
    {
        let link = world.link(system_id, password, "");
        let is = link.is("a refusal", |status| matches!(status, Status::Refused { .. })).await;
        assert!(matches!(is, Status::Refused { status, .. } if status == want), "{is:?}");
        assert_eq!(world.next().await, Event::BindRefused { system_id: system_id.into(), status: want });
        link.stops().await;
    }
    let link = world.link("me", "right", "");
    link.is_bound().await;
    link.stops().await;
}

#[tokio::test]
async fn it_misbehaves_as_it_is_told() {
    let options = Options { fail: vec!["01".into()], undeliverable: vec!["02".into()], ..Options::default() };
    let mut world = World::of(options).await;
    let mut link = world.bound().await;
    assert_eq!(refused(&link, submit("hi")).await, status::RINVDSTADR);
    let (from, to) = (SERVICE.to_owned(), PHONE.to_owned());
    assert_eq!(world.next().await, Event::Refused { from: from.clone(), to, status: status::RINVDSTADR });
    let dest = Address::new(1, 1, "447700900002");
    let id = taken(&link, SubmitSm { dest, ..submit("hi") }).await;
    let (to, text) = ("+447700900002".to_owned(), "hi".to_owned());
    assert_eq!(world.next().await, Event::Submitted { from, to, text, parts: 1, reached: false });
    let (message, incoming) = incoming(&mut link).await;
    let receipt = message.receipt().expect("a receipt");
    assert_eq!((receipt.id.as_ref(), receipt.state), (Some(&id), ReceiptState::Undeliverable));
    incoming.answer(status::ROK);
    let query = QuerySm { message_id: id.clone(), ..QuerySm::default() };
    let answer = soon("an answer", link.link.query(query)).await;
    let QueryAnswer::Response { status: 0, response } = answer else { panic!("{answer:?}") };
    assert_eq!((response.message_id, response.message_state), (id, Some(5)));
    link.stops().await;
}

#[tokio::test]
async fn it_throttles_and_keeps_its_receipts() {
    let receipt_delay = Duration::ZERO;
    let options = Options { throttle: Some(0.000_1), receipts: false, receipt_delay, ..Options::default() };
    let mut world = World::of(options).await;
    let mut link = world.bound().await;
    taken(&link, submit("one")).await;
    assert_eq!(refused(&link, submit("two")).await, status::RTHROTTLED);
    let (smsc, phone) = (world.smsc.clone(), PHONE.parse().expect("a number"));
    let typing = tokio::spawn(async move { smsc.types(phone, SERVICE, "no receipt came before").await });
    let (message, incoming) = incoming(&mut link).await;
    assert_eq!(message.receipt(), None);
    incoming.answer(status::ROK);
    assert_eq!(soon("the end of typing", typing).await.unwrap(), Ok(1));
    link.stops().await;
}

#[tokio::test]
async fn a_stop_unbinds_whoever_is_bound() {
    let mut world = World::of(Options::default()).await;
    let link = world.bound().await;
    soon("the stop", world.smsc.stop()).await;
    assert_eq!(world.next().await, Event::Unbound { system_id: "esme".into() });
    link.is("the end of the session", |status| !status.is_bound()).await;
    link.stops().await;
}

#[tokio::test]
async fn each_request_has_its_answer() {
    let receipt_delay = NEVER;
    let world =
        World::of(Options { undeliverable: vec!["1".into()], receipt_delay, ..Options::default() }).await;
    let mut esme = Raw::to(world.smsc.port()).await;
    let submit = Body::SubmitSm(submit("hi"));
    let none = Body::SubmitSmResp(String::new());
    assert_eq!(esme.asks(&submit, 1).await, (none.clone(), status::RINVBNDSTS));
    assert_eq!(esme.asks(&bind(BindKind::Transmitter), 2).await.1, status::ROK);
    assert_eq!(esme.asks(&bind(BindKind::Receiver), 3).await.1, status::RALYBND);
    assert_eq!(esme.asks(&Body::EnquireLink, 4).await, (Body::EnquireLinkResp, status::ROK));
    let (Body::SubmitSmResp(id), status::ROK) = esme.asks(&submit, 5).await else { panic!("not taken") };
    let cancel = |message_id: &str| {
        Body::CancelSm(CancelSm { message_id: message_id.to_owned(), ..CancelSm::default() })
    };
    let query =
        |message_id: &str| Body::QuerySm(QuerySm { message_id: message_id.to_owned(), ..QuerySm::default() });
    let state = |(body, status): (Body, u32)| {
        let Body::QuerySmResp(QuerySmResp { message_state, .. }) = body else { panic!("{body:?}") };
        (message_state, status)
    };
    assert_eq!(state(esme.asks(&query(&id), 6).await), (Some(1), status::ROK));
    assert_eq!(esme.asks(&cancel(&id), 7).await, (Body::CancelSmResp, status::ROK));
    assert_eq!(esme.asks(&cancel(&id), 8).await, (Body::CancelSmResp, status::RCANCELFAIL));
    assert_eq!(state(esme.asks(&query(&id), 9).await), (Some(4), status::ROK));
    assert_eq!(state(esme.asks(&query("no id"), 10).await).1, status::RINVMSGID);
    assert_eq!(esme.asks(&Body::Foreign(0x7), 11).await, (Body::GenericNack, status::RINVCMDID));
    assert_eq!(esme.asks(&Body::Broken(4), 12).await, (Body::GenericNack, status::RINVCMDLEN));
    esme.says(&Body::EnquireLinkResp, 13).await;
    assert_eq!(esme.asks(&Body::Unbind, 14).await, (Body::UnbindResp, status::ROK));
    assert_eq!(esme.next().await, None);
    let mut receiver = Raw::to(world.smsc.port()).await;
    assert_eq!(receiver.asks(&bind(BindKind::Receiver), 1).await.1, status::ROK);
    assert_eq!(receiver.asks(&submit, 2).await, (none, status::RINVBNDSTS));
}

#[tokio::test]
async fn a_delay_puts_off_the_responses_and_not_the_session() {
    let world = World::of(Options { delay: NEVER, ..Options::default() }).await;
    let mut esme = Raw::to(world.smsc.port()).await;
    assert_eq!(esme.asks(&bind(BindKind::Transceiver), 1).await.1, status::ROK);
    esme.says(&Body::SubmitSm(submit("hi")), 2).await;
    assert_eq!(esme.asks(&Body::EnquireLink, 3).await, (Body::EnquireLinkResp, status::ROK));
}

/// The terminal, by its pipes.
#[tokio::test]
async fn a_person_watches_and_types() {
    let mut command = Command::new(HOMING);
    let (keyboard, mut typed) = std::io::pipe().expect("a pipe");
    command.args(["smsc", "--port", "0", "--json"]).stdin(keyboard).stdout(Stdio::piped());
    let mut child = Child::spawn(&mut command);
    let (tell, mut lines) = tokio::sync::mpsc::channel(16);
    let out = child.take_stdout();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let line: Value = serde_json::from_str(&line).expect("a line is JSON");
            if tell.blocking_send(line).is_err() {
                return;
            }
        }
    });
    let mut next = async || soon("a line", lines.recv()).await.expect("it runs");
    let ready = next().await;
    assert_eq!(ready["ready"], true);
    let url = ready["smsc"].as_str().expect("its address").replacen("smpp://", "smpp://any:any@", 1);
    let mut link = wire::start(url.parse().expect("a connector"));
    assert_eq!(next().await["event"], "bound");
    taken(&link, submit("on my way")).await;
    let line = next().await;
    let want = json!({ "at": line["at"], "event": "submitted", "from": SERVICE, "to": PHONE, "text": "on my way",
        "parts": 1, "reached": true });
    assert_eq!(line, want);
    let (_, receipt) = incoming(&mut link).await;
    receipt.answer(status::ROK);
    assert_eq!(next().await["state"], "delivered");
    for (line, from) in [("> ok".to_owned(), PHONE), (format!("+447700900002 {SERVICE} ok"), "+447700900002")]
    {
        writeln!(typed, "{line}").expect("it reads");
        let (message, incoming) = incoming(&mut link).await;
        assert_eq!((message.dest.text.as_str(), &message.octets[..]), (SERVICE, &b"ok"[..]));
        incoming.answer(status::ROK);
        let told = next().await;
        assert_eq!((&told["event"], &told["from"]), (&json!("typed"), &json!(from)));
    }
    writeln!(typed, "/phones").expect("it reads");
    let phones = next().await;
    assert_eq!(phones["phones"].as_array().map(Vec::len), Some(2), "{phones}");
    child.terminate();
    assert_eq!(next().await["event"], "unbound");
    assert!(child.ended_within(COMES_WITHIN).expect("it stops").success());
    link.stops().await;
}
