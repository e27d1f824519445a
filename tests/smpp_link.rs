//! A link against somebody else's SMSC: submits, receipts, queries, pairs, refusals, parting.

#[path = "../src/lab/bench/smsc.rs"]
mod other;
#[path = "support/smsc.rs"]
mod smsc;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use homing::smpp::link::{Answer, Inbound, Incoming, QueryAnswer, Status};
use homing::smpp::pdu::{QuerySm, ReceiptState, SubmitSm};
use smpp34::SmppError;
use smsc::{Started, soon, start, submit};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const MESSAGES: u16 = 500;

fn connect(smsc: &other::Smsc, more: &str) -> Started {
    let url = format!("smpp://esme:secret@127.0.0.1:{}?bind_again=1s{more}", smsc.port);
    start(url.parse().expect("a connector"))
}

async fn counts(what: &str, counter: &watch::Sender<u64>, want: u64) {
    let mut counter = counter.subscribe();
    soon(what, counter.wait_for(|count| *count >= want)).await.expect("it is kept");
}

/// A message of the SMSC's, and the task that waits for its acknowledgement.
async fn heard(smsc: &other::Smsc, started: &mut Started) -> (Incoming, JoinHandle<Option<SmppError>>) {
    let probe = Arc::clone(&smsc.probe);
    soon("a receiver", probe.has_receiver()).await;
    let delivering =
        tokio::spawn(async move { probe.deliver(0, "hi there").await.expect("it is bound").err() });
    let incoming = soon("a message", started.incoming.recv()).await.expect("it is kept");
    let Inbound::Message(message) = &incoming.pdu else { panic!("{:?}", incoming.pdu) };
    assert_eq!((message.octets.as_slice(), message.receipt()), (&b"hi there"[..], None));
    assert_eq!((message.source.text.as_str(), message.dest.text.as_str()), ("491701234567", "TEAM"));
    (incoming, delivering)
}

fn asking_for_a_receipt(reference: u16) -> SubmitSm {
    SubmitSm { registered_delivery: 1, ..submit(reference, reference.to_be_bytes().to_vec()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_accepted_once_and_their_receipts_come() {
    let smsc = other::Smsc::start().await;
    smsc.probe.sends_receipts.store(true, Ordering::Relaxed);
    *smsc.probe.kept.lock().expect("nobody panics") = Some(Vec::new());
    let mut started = connect(&smsc, "&window=20");
    started.is_bound().await;
    let link = started.link.clone();
    let submitting = tokio::spawn(async move {
        let mut waiting = Vec::new();
        for number in 0..MESSAGES {
            waiting.push(link.submit(asking_for_a_receipt(number)).await);
        }
        let mut ids = Vec::new();
        for answer in waiting {
            let Answer::Response { status: 0, message_id } = answer.await else { panic!("not accepted") };
            ids.push(message_id);
        }
        ids
    });
    let mut receipts = Vec::new();
    while receipts.len() < usize::from(MESSAGES) {
        let incoming = soon("a receipt", started.incoming.recv()).await.expect("it is kept");
        let Inbound::Message(message) = &incoming.pdu else { panic!("{:?}", incoming.pdu) };
        let receipt = message.receipt().expect("a receipt");
        assert_eq!(receipt.state, ReceiptState::Delivered);
        receipts.push(receipt.id.expect("it has an id"));
        incoming.answer(0);
    }
    let mut ids = submitting.await.expect("it does not panic");
    counts("the acknowledgements", &smsc.probe.acknowledged, u64::from(MESSAGES)).await;
    ids.sort();
    receipts.sort();
    assert_eq!(ids, receipts);
    let mut kept = smsc.probe.kept.lock().expect("nobody panics").take().expect("it keeps them");
    // It handles them side by side, in no order.
    kept.sort_by(|a, b| a.text.cmp(&b.text));
    let kept: Vec<_> = kept.into_iter().map(|kept| kept.text).collect();
    assert_eq!(kept, (0..MESSAGES).map(|number| number.to_be_bytes().to_vec()).collect::<Vec<_>>());
    started.stops().await;
    counts("the unbind", &smsc.probe.unbinds, 1).await;
    smsc.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_sends_on_one_session_and_hears_on_the_other() {
    let smsc = other::Smsc::start().await;
    let mut started = connect(&smsc, "&bind=pair");
    started.is_bound().await;
    assert_eq!((*smsc.probe.binds.borrow(), started.link.free()), (2, 10));
    let answer = started.link.submit(submit(1, b"hello".to_vec())).await;
    assert!(matches!(soon("the response", answer).await, Answer::Response { status: 0, .. }));
    // That SMSC does not see the acknowledgement of a receiver: tests/smpp_session.rs does.
    let incoming = heard(&smsc, &mut started).await.0;
    incoming.answer(0);
    started.stops().await;
    counts("both unbinds", &smsc.probe.unbinds, 2).await;
    smsc.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_smsc_hears_how_its_message_was_taken() {
    let smsc = other::Smsc::start().await;
    let mut started = connect(&smsc, "");
    started.is_bound().await;
    for (status, error) in [(0, None), (0x64, Some(SmppError::ESME_RX_T_APPN))] {
        let (incoming, delivering) = heard(&smsc, &mut started).await;
        incoming.answer(status);
        assert_eq!(soon("its answer", delivering).await.expect("no panic"), error);
    }
    started.stops().await;
    smsc.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_is_answered_with_the_state() {
    let smsc = other::Smsc::start().await;
    let started = connect(&smsc, "");
    let query = QuerySm { message_id: "00000007".to_owned(), ..QuerySm::default() };
    started.is_bound().await;
    let answer = soon("the state", started.link.query(query)).await;
    let QueryAnswer::Response { status: 0, response } = answer else { panic!("{answer:?}") };
    assert_eq!((response.message_id.as_str(), response.message_state), ("00000007", Some(2)));
    started.stops().await;
    smsc.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_bind_waits_longer_and_then_is_let_in() {
    let smsc = other::Smsc::start().await;
    smsc.probe.refuses.store(true, Ordering::Relaxed);
    let (started, since) = (connect(&smsc, ""), Instant::now());
    let refused = started.is("a refusal", |status| matches!(status, Status::Refused { .. })).await;
    assert!(matches!(refused, Status::Refused { status: 0x0E, .. }), "{refused:?}");
    assert_eq!(started.link.free(), 0);
    smsc.probe.refuses.store(false, Ordering::Relaxed);
    started.is_bound().await;
    assert!(since.elapsed().as_millis() >= 1_000, "after {:?}", since.elapsed());
    assert_eq!(*smsc.probe.binds.borrow(), 2);
    started.stops().await;
    smsc.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_sends_nothing() {
    let smsc = other::Smsc::start().await;
    let started = connect(&smsc, "&bind=receiver");
    started.is_bound().await;
    let answer = soon("no answer", started.link.submit(submit(1, Vec::new()))).await.await;
    assert_eq!((answer, started.link.free()), (Answer::NotSent, 0));
    started.stops().await;
    smsc.stop().await;
}
