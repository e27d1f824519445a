//! An SMSC that ends a session with answers still on their way: all that it has said is heard.

#[path = "support/smsc.rs"]
mod smsc;

use homing::smpp::link::Answer;
use homing::smpp::pdu::command;
use smsc::{RawSmsc, pdu, soon, start, submit};

fn response(status: u32, message_id: &str) -> Answer {
    Answer::Response { status, message_id: message_id.to_owned() }
}

/// How an SMSC goes on after it has refused all.
#[derive(Debug, Clone, Copy)]
enum Then {
    Stays,
    Closes,
    Unbinds,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_refusals_in_one_write_are_ten_refusals() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&window=10"));
    for (status, then) in
        [(0x04, Then::Stays), (0x04, Then::Closes), (0x04, Then::Unbinds), (0x08, Then::Closes)]
    {
        let mut peer = smsc.bound().await;
        started.is_bound().await;
        let (mut submitting, mut refusals) = (Vec::new(), Vec::new());
        for number in 0..10 {
            submitting.push(started.link.submit(submit(number, Vec::new())).await);
            let request = peer.next().await.expect("a submit_sm").header;
            refusals.extend(pdu(command::SUBMIT_SM_RESP, status, request.sequence, b""));
        }
        match then {
            Then::Stays | Then::Closes => peer.send(&refusals).await,
            Then::Unbinds => peer.send(&[&refusals[..], &pdu(command::UNBIND, 0, 99, b"")].concat()).await,
        }
        let peer = if matches!(then, Then::Closes) { None } else { Some(peer) };
        for submitting in submitting {
            assert_eq!(soon("an answer", submitting).await, response(status, ""), "{status} {then:?}");
        }
        drop(peer);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn responses_behind_an_unbind_are_heard() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&window=10"));
    let mut peer = smsc.bound().await;
    let (mut submitting, mut requests) = (Vec::new(), Vec::new());
    for number in 0..10 {
        submitting.push(started.link.submit(submit(number, Vec::new())).await);
        requests.push(peer.next().await.expect("a submit_sm"));
    }
    peer.send(&pdu(command::UNBIND, 0, 99, b"")).await;
    let resp = peer.next().await.expect("an answer").header;
    assert_eq!((resp.command, resp.sequence), (command::UNBIND_RESP, 99));
    assert!(!started.link.is_open(), "nothing more is sent");
    for (number, request) in requests.iter().enumerate() {
        // Also in pieces, and with other things between them.
        if number == 5 {
            assert!(peer.is_alive().await.is_empty(), "the window is waited for");
        }
        peer.answer(request, b"id\0").await;
    }
    for submitting in submitting {
        assert_eq!(soon("an answer", submitting).await, response(0, "id"));
    }
    assert!(peer.next().await.is_none(), "it closes");
}
