//! A link against an SMSC that this test plays: the window, the pace, the timers, and what is known when a session breaks.

#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/smsc.rs"]
mod smsc;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use homing::smpp::link::{Answer, QueryAnswer, Status, UnknownWhy};
use homing::smpp::pdu::{Address, Frame, QuerySm, command};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use smsc::{Peer, RawSmsc, pdu, reference, soon, start, submit};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, crypto};

const WINDOW: usize = 10;

fn submits(frames: &[Frame]) -> usize {
    frames.iter().filter(|frame| frame.header.command == command::SUBMIT_SM).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_window_is_never_exceeded_and_the_order_of_calls_kept() {
    const MESSAGES: u16 = 400;
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&window=10"));
    let mut peer = smsc.bound().await;
    let link = started.link.clone();
    let submitting = tokio::spawn(async move {
        let mut waiting = Vec::new();
        for number in 0..MESSAGES {
            waiting.push(link.submit(submit(number, Vec::new())).await);
        }
        for answer in waiting {
            assert!(matches!(answer.await, Answer::Response { status: 0, .. }));
        }
    });
    let (mut outstanding, mut seen) = (VecDeque::new(), 0);
    while seen < MESSAGES || !outstanding.is_empty() {
        // All that the window lets through comes before the answer to our enquire_link.
        while outstanding.len() < WINDOW && seen < MESSAGES {
            let frame = peer.next().await.expect("a submit_sm");
            assert_eq!(reference(&frame), seen);
            (seen, outstanding) = (seen + 1, outstanding.into_iter().chain([frame]).collect());
        }
        assert_eq!(submits(&peer.is_alive().await), 0, "{} are outstanding", outstanding.len());
        assert!(seen == MESSAGES || started.link.free() == 0);
        for _ in 0..=seen % 7 {
            // From both ends: responses come in any order.
            let answered = if seen % 2 == 0 { outstanding.pop_front() } else { outstanding.pop_back() };
            if let Some(request) = answered {
                peer.answer(&request, b"id\0").await;
            }
        }
    }
    soon("all answers", submitting).await.expect("no panic");
    assert_eq!(started.link.free(), WINDOW);
    drop(peer);
}

/// Submits until the SMSC takes nothing any more, or `most` are submitted.
async fn fill(link: &homing::smpp::link::Link, most: u16, len: usize) -> Vec<homing::smpp::link::Submitting> {
    const STUCK: Duration = Duration::from_millis(500);
    let mut waiting = Vec::new();
    while waiting.len() < usize::from(most) {
        let number = u16::try_from(waiting.len()).expect("few");
        match tokio::time::timeout(STUCK, link.submit(submit(number, vec![b'x'; len]))).await {
            Ok(submitting) => waiting.push(submitting),
            Err(_) => break,
        }
    }
    waiting
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_broken_session_has_not_sent_is_known_exactly() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&window=2000"));
    for (len, read, answered) in
        [(100, 40, 25), (100, 0, 0), (60_000, 5, 3), (60_000, 0, 0), (60_000, 12, 12)]
    {
        let mut peer = smsc.bound().await;
        started.is_bound().await;
        let most = if len == 100 { 60 } else { 1_500 };
        let filling = {
            let link = started.link.clone();
            tokio::spawn(async move { fill(&link, most, len).await })
        };
        let mut seen = BTreeSet::new();
        for number in 0..read {
            let frame = peer.next().await.expect("a submit_sm");
            seen.insert(reference(&frame));
            if number < answered {
                peer.answer(&frame, b"id\0").await;
            }
        }
        let waiting = filling.await.expect("no panic");
        let (mut peer, mut answers) = (Some(peer), Vec::new());
        for (number, submitting) in (0..).zip(waiting) {
            if number == answered {
                // Not before: a reset takes what was not read yet with it.
                drop(peer.take());
            }
            answers.push(soon("an answer", submitting).await);
        }
        let numbers = |wanted: &dyn Fn(&Answer) -> bool| -> BTreeSet<u16> {
            (0..).zip(&answers).filter(|(_, answer)| wanted(answer)).map(|(number, _)| number).collect()
        };
        let responses = numbers(&|answer| matches!(answer, Answer::Response { .. }));
        let unknown = numbers(&|answer| *answer == Answer::Unknown(UnknownWhy::ConnectionLost));
        let not_sent = numbers(&|answer| *answer == Answer::NotSent);
        assert_eq!(responses.len() + unknown.len() + not_sent.len(), answers.len());
        assert_eq!(responses, (0..answered).collect::<BTreeSet<u16>>());
        assert!(seen.difference(&responses).all(|number| unknown.contains(number)), "{seen:?} {unknown:?}");
        assert!(not_sent.iter().all(|number| unknown.iter().all(|sent| sent < number)), "in order");
        // Small ones may all have been written, or not yet; of large ones the socket takes some megabytes and no more.
        assert!(len == 100 || !not_sent.is_empty(), "all of {}", answers.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pace_is_smooth_and_never_exceeded() {
    const RATE: usize = 30;
    /// A machine that stalls takes slots away, which nobody makes up for; it does not do so in every second.
    const SMOOTH: usize = 5;
    const WITHIN: u64 = 60;
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&rate=30&window=100"));
    let mut peer = smsc.bound().await;
    let link = started.link.clone();
    tokio::spawn(async move {
        for number in 0..=u16::MAX {
            drop(link.submit(submit(number, Vec::new())).await);
        }
    });
    let (mut began, mut second, mut in_second, mut smooth) = (None, 0, 0, 0);
    while smooth < SMOOTH {
        let frame = peer.next_but_enquiries().await.expect("a submit_sm");
        let since = began.get_or_insert_with(Instant::now).elapsed().as_secs();
        peer.answer(&frame, b"id\0").await;
        while second < since {
            assert!(in_second <= RATE + 1, "{in_second} in second {second}");
            smooth += usize::from(in_second >= RATE - 1);
            (second, in_second) = (second + 1, 0);
        }
        assert!(second < WITHIN, "{smooth} of {second} seconds were smooth");
        in_second += 1;
    }
    let pausing = Instant::now();
    started.link.pause(Duration::from_secs(1));
    assert_eq!(started.link.free(), 0);
    // What was on its way already may still come.
    while pausing.elapsed() < Duration::from_secs(1) {
        let frame = peer.next_but_enquiries().await.expect("a submit_sm");
        let at = pausing.elapsed().as_millis();
        assert!(!(100..1_000).contains(&at), "after {at} ms of a pause");
        peer.answer(&frame, b"id\0").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_request_is_unknown_and_a_late_response_is_passed_on() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&response_timeout=300ms&enquire_link=0s"));
    let mut peer = smsc.bound().await;
    let mut submitting = started.link.submit(submit(77, Vec::new())).await;
    let request = peer.next().await.expect("a submit_sm");
    assert_eq!(soon("the timer", &mut submitting).await, Answer::Unknown(UnknownWhy::TimedOut));
    peer.answer(&request, b"late\0").await;
    assert_eq!(soon("the late response", submitting.late()).await, Some(response(0, "late")));
    // A response to nothing, and one of another command.
    peer.send(&pdu(command::SUBMIT_SM_RESP, 0, 4_711, b"x\0")).await;
    let submitting = started.link.submit(submit(78, Vec::new())).await;
    let request = peer.next().await.expect("a submit_sm");
    peer.send(&pdu(command::DELIVER_SM_RESP, 0, request.header.sequence, b"\0")).await;
    peer.send(&pdu(command::GENERIC_NACK, 0x45, request.header.sequence, b"")).await;
    let answer = soon("the nack", submitting).await;
    assert_eq!(answer, Answer::Response { status: 0x45, message_id: String::new() });
}

/// They all have the same user_message_reference: only the sequence number tells them apart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_response_is_about_the_very_submit_that_it_answers() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&response_timeout=300ms&enquire_link=0s"));
    let mut peer = smsc.bound().await;
    let (mut submitting, mut requests) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        submitting.push(started.link.submit(submit(7, Vec::new())).await);
        requests.push(peer.next().await.expect("a submit_sm"));
    }
    for submitting in &mut submitting {
        assert_eq!(soon("the timer", submitting).await, Answer::Unknown(UnknownWhy::TimedOut));
    }
    peer.answer(&requests[3], b"fourth\0").await;
    peer.send(&pdu(command::SUBMIT_SM_RESP, 0x0B, requests[1].header.sequence, b"")).await;
    assert!(peer.is_alive().await.is_empty());
    // Of the others none comes any more.
    drop(peer);
    let mut late = Vec::new();
    for submitting in submitting {
        late.push(soon("the end of the session", submitting.late()).await);
    }
    assert_eq!(late, [None, Some(response(0x0B, "")), None, Some(response(0, "fourth")), None]);
}

fn response(status: u32, message_id: &str) -> Answer {
    Answer::Response { status, message_id: message_id.to_owned() }
}

/// What waits behind it would wait as long, for days perhaps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_whose_session_has_gone_does_not_wait_for_the_next_one() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&window=1"));
    let mut peer = smsc.bound().await;
    let submitting = started.link.submit(submit(1, Vec::new())).await;
    peer.next().await.expect("a submit_sm");
    let link = started.link.clone();
    let query = QuerySm { message_id: "1".to_owned(), source: Address::new(1, 1, "7") };
    // The window is full.
    let asking = tokio::spawn(async move { link.query(query).await });
    drop(peer);
    assert_eq!(soon("the answer", submitting).await, Answer::Unknown(UnknownWhy::ConnectionLost));
    assert_eq!(soon("word of the query", asking).await.expect("no panic"), QueryAnswer::NotSent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_smsc_is_asked_and_left() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&enquire_link=200ms&response_timeout=500ms"));
    let mut peer = smsc.bound().await;
    for _ in 0..3 {
        let frame = peer.next().await.expect("an enquire_link");
        assert_eq!(frame.header.command, command::ENQUIRE_LINK);
        peer.answer(&frame, b"").await;
    }
    let why = started.is("the end", |status| matches!(status, Status::Down { .. })).await;
    assert!(format!("{why:?}").contains("enquire_link"), "{why:?}");
    smsc.bound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_smsc_that_unbinds_or_forgets_us_is_bound_again() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector(""));
    let mut peer = smsc.bound().await;
    peer.send(&pdu(command::UNBIND, 0, 99, b"")).await;
    let resp = peer.next().await.expect("an answer").header;
    assert_eq!((resp.command, resp.sequence), (command::UNBIND_RESP, 99));
    assert!(peer.next().await.is_none(), "it closes");
    let mut peer = smsc.bound().await;
    let submitting = started.link.submit(submit(1, Vec::new())).await;
    let request = peer.next().await.expect("a submit_sm");
    peer.send(&pdu(command::SUBMIT_SM_RESP, 0x04, request.header.sequence, b"")).await;
    let answer = soon("the answer", submitting).await;
    assert_eq!(answer, Answer::Response { status: 0x04, message_id: String::new() });
    smsc.bound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_stop_the_window_is_drained_and_the_session_unbound() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector(""));
    let mut peer = smsc.bound().await;
    let submitting = started.link.submit(submit(1, Vec::new())).await;
    let request = peer.next().await.expect("a submit_sm");
    started.stop.cancel();
    let refused = soon("no", started.link.submit(submit(2, Vec::new()))).await.await;
    assert_eq!(refused, Answer::NotSent);
    assert!(peer.is_alive().await.is_empty(), "it waits");
    peer.answer(&request, b"id\0").await;
    assert!(matches!(soon("the answer", submitting).await, Answer::Response { status: 0, .. }));
    let unbind = peer.next().await.expect("an unbind");
    assert_eq!(unbind.header.command, command::UNBIND);
    peer.answer(&unbind, b"").await;
    assert!(peer.next().await.is_none(), "it closes");
    started.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_is_bound_and_ends_together() {
    let smsc = RawSmsc::listen().await;
    let mut started = start(smsc.connector("&bind=pair"));
    let mut transmitter = smsc.accept().await;
    assert_eq!(transmitter.accept_bind().await.header.command, command::BIND_TRANSMITTER);
    let mut receiver = smsc.accept().await;
    assert!(!started.link.status().borrow().is_bound() && started.link.free() == 0, "half a pair");
    assert_eq!(receiver.accept_bind().await.header.command, command::BIND_RECEIVER);
    started.is_bound().await;
    receiver.send(&pdu(command::DELIVER_SM, 0, 5, b"\0\x01\x0149\0\x01\x017\0\0\0\0\0\0\0\0\0\0\0")).await;
    soon("a message", started.incoming.recv()).await.expect("it is kept").answer(0);
    let resp = receiver.next().await.expect("an acknowledgement").header;
    assert_eq!((resp.command, resp.status, resp.sequence), (command::DELIVER_SM_RESP, 0, 5));
    let submitting = started.link.submit(submit(1, Vec::new())).await;
    let request = transmitter.next().await.expect("a submit_sm");
    drop(receiver);
    // The transmitter's window is drained before it goes too.
    assert!(transmitter.is_alive().await.is_empty());
    transmitter.answer(&request, b"id\0").await;
    assert!(matches!(soon("the answer", submitting).await, Answer::Response { status: 0, .. }));
    let unbind = transmitter.next().await.expect("an unbind");
    assert_eq!(unbind.header.command, command::UNBIND);
    transmitter.answer(&unbind, b"").await;
    let why = started.is("the end", |status| matches!(status, Status::Down { .. })).await;
    assert!(format!("{why:?}").contains("closed the connection"), "{why:?}");
    // Half a pair is let in, and is left in order.
    let mut transmitter = smsc.bound().await;
    let mut receiver = smsc.accept().await;
    let bind = receiver.next().await.expect("a bind").header;
    receiver.send(&pdu(bind.command | 0x8000_0000, 0x0D, bind.sequence, b"")).await;
    assert_eq!(transmitter.next().await.expect("an unbind").header.command, command::UNBIND);
    let refused = started.is("a refusal", |status| matches!(status, Status::Refused { .. })).await;
    assert!(matches!(refused, Status::Refused { status: 0x0D, .. }));
}

/// A server's configuration and the CA that vouches for it, in PEM.
fn tls() -> (TlsAcceptor, String) {
    let key = || KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = key();
    let ca = authority.self_signed(&ca_key).expect("a certificate").pem();
    let (issuer, server_key) = (Issuer::new(authority, ca_key), key());
    let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let server = server.signed_by(&server_key, &issuer).expect("a certificate");
    let private = PrivateKeyDer::try_from(server_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], private)
        .expect("a pair");
    (TlsAcceptor::from(Arc::new(config)), ca)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_ca_is_trusted_and_no_other() {
    let (acceptor, ca) = tls();
    let folder = tempfile::tempdir().expect("a folder");
    for (name, pem, trusted) in [("ca.pem", &ca, true), ("other.pem", &tls().1, false)] {
        let file = folder.path().join(name);
        std::fs::write(&file, pem).expect("a file");
        let smsc = RawSmsc::listen_tls(acceptor.clone()).await;
        let started = start(smsc.connector(&format!("&ca_file={}", file.display())));
        if trusted {
            let mut peer: Peer = smsc.bound().await;
            let submitting = started.link.submit(submit(1, vec![b'x'; 60_000])).await;
            let request = peer.next().await.expect("a submit_sm");
            peer.answer(&request, b"id\0").await;
            assert!(matches!(soon("the answer", submitting).await, Answer::Response { status: 0, .. }));
        } else {
            tokio::spawn(async move { while smsc.accept_fails().await {} });
            let why = started.is("no trust", |status| matches!(status, Status::Down { .. })).await;
            assert!(format!("{why:?}").contains("TLS"), "{why:?}");
        }
    }
}
