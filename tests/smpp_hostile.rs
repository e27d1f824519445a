//! An SMSC that sends whatever it likes, or reads nothing: the session goes on while a length can be right.

#[path = "support/smsc.rs"]
mod smsc;
mod support;

use std::time::Duration;

use homing::smpp::link::{Answer, INCOMING_BYTES_MAX, INCOMING_LEN_MAX, Inbound, Status};
use homing::smpp::pdu::command::{
    ALERT_NOTIFICATION, BIND_TRANSCEIVER, BIND_TRANSCEIVER_RESP, CANCEL_SM_RESP, DATA_SM, DATA_SM_RESP,
    DELIVER_SM, DELIVER_SM_RESP, ENQUIRE_LINK, ENQUIRE_LINK_RESP, GENERIC_NACK, OUTBIND, QUERY_SM,
    QUERY_SM_RESP, SUBMIT_SM, SUBMIT_SM_RESP, UNBIND, UNBIND_RESP,
};
use homing::smpp::pdu::{Frame, HEADER_LEN};
use smsc::{RawSmsc, Started, pdu, reference, resident_kib, soon, start, submit};
use support::dice::Dice;
use tokio::io::AsyncWriteExt;

/// The queue of messages, some buffers, and what an allocator keeps of them.
const GROWTH_KIB_MAX: u64 = 32 * 1_024;

/// A deliver_sm's body up to sm_length: a receipt, with these in the place of the usual.
fn head(service_type: &[u8], source: &[u8], schedule: &[u8]) -> Vec<u8> {
    [service_type, b"\0\x01\x01", source, b"\0\x01\x01777\0\x04\0\0", schedule, b"\0\0\0\0\0\0"].concat()
}

fn deliver(sm_length: u8, octets: &[u8], tlvs: &[u8]) -> Vec<u8> {
    [&head(b"", b"491701234567", b"")[..], &[sm_length], octets, tlvs].concat()
}

fn tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    let len = u16::try_from(value.len()).expect("short");
    [&tag.to_be_bytes()[..], &len.to_be_bytes(), value].concat()
}

/// What comes of an odd PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comes {
    /// To the bridge, and is acknowledged.
    Message,
    /// To the bridge, and is acknowledged, unread.
    Undecodable,
    /// Back to the SMSC at once.
    Reply(u32),
    Nothing,
}

type Odd = (&'static str, u32, Vec<u8>, Comes);

fn odd_messages() -> Vec<Odd> {
    let message = |what, body| (what, DELIVER_SM, body, Comes::Message);
    let with = |what, tlvs: Vec<u8>| message(what, deliver(2, b"hi", &tlvs));
    vec![
        with("an id without its NUL", tlv(0x001E, b"42")),
        with("an id of 100", tlv(0x001E, &[b'7'; 100])),
        with("an empty id", tlv(0x001E, b"")),
        with("a state of two octets", tlv(0x0427, &[0, 2])),
        with("a state of none", tlv(0x0427, b"")),
        with("a state that is none", tlv(0x0427, &[99])),
        with("an error code of four octets", tlv(0x0423, &[3, 0, 1, 0])),
        with("an unknown parameter", tlv(0x1499, b"vendor")),
        with("a parameter twice", [tlv(0x0427, &[2]), tlv(0x0427, &[5])].concat()),
        with("a parameter cut off", b"\x04\x27\x00\x05\x01".to_vec()),
        with("three stray octets", b"\xff\xff\xff".to_vec()),
        message("a source of 40", [&head(b"", &[b'4'; 40], b"")[..], b"\x02hi"].concat()),
        message("a source that is not ASCII", [&head(b"", b"M\xfcller", b"")[..], b"\x02hi"].concat()),
        message("a service type of 8", [&head(b"ABCDEFGH", b"49", b"")[..], b"\x02hi"].concat()),
        message("a time of 12", [&head(b"", b"49", b"261120162500")[..], b"\x02hi"].concat()),
        message("a PDU of 5,000", deliver(2, b"hi", &tlv(0x0424, &[b'x'; 4_900]))),
        message("sm_length beyond the body", deliver(200, b"hi", b"")),
        message("sm_length 255", deliver(255, &[b'x'; 255], b"")),
        message("a message and a payload", deliver(2, b"hi", &tlv(0x0424, b"ho"))),
        message("no text and no id", deliver(0, b"", b"")),
        ("a data_sm", DATA_SM, b"\0\x01\x0149\0\x01\x01777\0\x04\0\0".to_vec(), Comes::Message),
    ]
}

fn odd_commands() -> Vec<Odd> {
    vec![
        ("a message of nothing", DELIVER_SM, Vec::new(), Comes::Undecodable),
        ("a message torn in an address", DELIVER_SM, b"\0\x01\x0149".to_vec(), Comes::Undecodable),
        ("a torn data_sm", DATA_SM, b"\0\x01".to_vec(), Comes::Undecodable),
        ("an enquire_link with a body", ENQUIRE_LINK, b"abc".to_vec(), Comes::Reply(ENQUIRE_LINK_RESP)),
        ("a vendor's request", 0x0001_0200, b"vendor".to_vec(), Comes::Reply(GENERIC_NACK)),
        ("version 5's broadcast_sm", 0x0000_0111, b"x".to_vec(), Comes::Reply(GENERIC_NACK)),
        ("an ESME's request", SUBMIT_SM, deliver(2, b"hi", b""), Comes::Reply(GENERIC_NACK)),
        ("a bind", BIND_TRANSCEIVER, b"x\0y\0\0\x34\0\0\0".to_vec(), Comes::Reply(GENERIC_NACK)),
        ("a torn query", QUERY_SM, b"x".to_vec(), Comes::Reply(GENERIC_NACK)),
        ("a vendor's response", 0x8001_0200, b"vendor".to_vec(), Comes::Nothing),
        ("a response to nothing", SUBMIT_SM_RESP, b"id\0".to_vec(), Comes::Nothing),
        ("an empty response to nothing", SUBMIT_SM_RESP, Vec::new(), Comes::Nothing),
        ("a query's response to nothing", QUERY_SM_RESP, b"id".to_vec(), Comes::Nothing),
        ("a cancel's response to nothing", CANCEL_SM_RESP, Vec::new(), Comes::Nothing),
        ("a data_sm_resp to nothing", DATA_SM_RESP, b"id".to_vec(), Comes::Nothing),
        ("a bind's response again", BIND_TRANSCEIVER_RESP, b"SMSC\0".to_vec(), Comes::Nothing),
        ("an unbind_resp to nothing", UNBIND_RESP, Vec::new(), Comes::Nothing),
        ("a nack of nothing", GENERIC_NACK, Vec::new(), Comes::Nothing),
        ("an alert", ALERT_NOTIFICATION, b"\x01\x0149\0\x01\x01777\0".to_vec(), Comes::Nothing),
        ("a torn alert", ALERT_NOTIFICATION, b"\x01".to_vec(), Comes::Nothing),
        ("an outbind", OUTBIND, b"x\0y\0".to_vec(), Comes::Nothing),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_odd_pdu_ends_a_session() {
    const SEQUENCE: u32 = 0x7000_0001;
    let smsc = RawSmsc::listen().await;
    let mut started = start(smsc.connector(""));
    let mut peer = smsc.bound().await;
    for (what, command, body, comes) in [odd_messages(), odd_commands()].concat() {
        let octets = pdu(command, 0, SEQUENCE, &body);
        peer.send(&octets).await;
        if let Comes::Message | Comes::Undecodable = comes {
            let incoming = soon(what, started.incoming.recv()).await.expect("it is kept");
            match &incoming.pdu {
                Inbound::Message(_) => assert_eq!(comes, Comes::Message, "{what}"),
                Inbound::Undecodable(raw) => {
                    assert_eq!((comes, raw), (Comes::Undecodable, &octets), "{what}")
                }
            }
            incoming.answer(0);
        }
        let replies: Vec<_> = peer.is_alive().await.iter().map(|frame| frame.header).collect();
        let want = match comes {
            Comes::Message | Comes::Undecodable => Some((command | 0x8000_0000, 0)),
            Comes::Reply(GENERIC_NACK) => Some((GENERIC_NACK, 0x03)),
            Comes::Reply(reply) => Some((reply, 0)),
            Comes::Nothing => None,
        };
        let got: Vec<_> = replies.iter().map(|reply| (reply.command, reply.status)).collect();
        assert_eq!(got, want.into_iter().collect::<Vec<_>>(), "{what}");
        assert!(replies.iter().all(|reply| reply.sequence == SEQUENCE), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impossible_length_ends_it_and_it_binds_again() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector(""));
    for length in [0_u32, 12, 15, 65_537, u32::MAX] {
        let mut peer = smsc.bound().await;
        started.is_bound().await;
        peer.send(&[&length.to_be_bytes()[..], &pdu(ENQUIRE_LINK, 0, 1, b"")].concat()).await;
        let why = started.is("the end", |status| matches!(status, Status::Down { .. })).await;
        assert!(format!("{why:?}").contains("cannot be"), "{why:?}");
        assert!(peer.next().await.is_none(), "it closes");
    }
    smsc.bound().await;
}

/// One of the odd ones, with octets changed, cut out or put in anywhere but in its length. Unbinding is no oddity.
#[expect(clippy::indexing_slicing, reason = "the dice fall below the lengths; a test may panic")]
fn bent(odd: &[Odd], dice: &mut Dice) -> Vec<u8> {
    loop {
        let (_, command, body, _) = &odd[dice.below(odd.len())];
        let mut octets = pdu(*command, 0, 0x7000_0001, body).split_off(4);
        for _ in 0..=dice.below(4) {
            let at = dice.below(octets.len());
            let octet = u8::try_from(dice.below(256)).expect("an octet");
            match dice.below(4) {
                0 => octets[at] ^= 1 << (octet % 8),
                1 => octets[at] = octet,
                2 if octets.len() > HEADER_LEN => drop(octets.remove(at)),
                _ => octets.insert(at, octet),
            }
        }
        if octets.len() >= HEADER_LEN - 4 && octets[..4] != UNBIND.to_be_bytes() {
            let length = u32::try_from(octets.len() + 4).expect("short");
            return [&length.to_be_bytes()[..], &octets].concat();
        }
    }
}

/// Takes all that comes, and acknowledges it.
fn acknowledge(mut started: Started) -> tokio::task::JoinHandle<usize> {
    tokio::spawn(async move {
        let mut count = 0;
        while let Some(incoming) = started.incoming.recv().await {
            incoming.answer(0);
            count += 1;
        }
        count
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_bent_pdus_end_nothing_and_cost_no_memory() {
    const BENT: usize = 10_000;
    const BATCH: usize = 100;
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&window=100"));
    let mut peer = smsc.bound().await;
    started.is_bound().await;
    let (link, stop) = (started.link.clone(), started.stop.clone());
    let acknowledging = acknowledge(started);
    let odd = [odd_messages(), odd_commands()].concat();
    let (mut dice, before) = (Dice::of_seed(0x5EED), resident_kib());
    for batch in 0..BENT / BATCH {
        let octets: Vec<u8> = (0..BATCH).flat_map(|_| bent(&odd, &mut dice)).collect();
        peer.send(&octets).await;
        peer.is_alive().await;
        // A submit in the midst of it all is answered by its own response.
        let submitting = link.submit(submit(u16::try_from(batch).expect("few"), Vec::new())).await;
        let request = soon("a submit_sm", next_submit(&mut peer)).await;
        assert_eq!(usize::from(reference(&request)), batch);
        peer.answer(&request, b"id\0").await;
        let answer = soon("the answer", submitting).await;
        assert_eq!(answer, Answer::Response { status: 0, message_id: "id".to_owned() });
    }
    let grown = resident_kib().saturating_sub(before);
    assert!(grown <= GROWTH_KIB_MAX, "{grown} KiB");
    stop.cancel();
    while let Some(frame) = peer.next().await {
        if frame.header.command == UNBIND {
            peer.answer(&frame, b"").await;
        }
    }
    assert!(acknowledging.await.expect("no panic") > BENT / 4);
}

async fn next_submit(peer: &mut smsc::Peer) -> Frame {
    loop {
        let frame = peer.next().await.expect("the session goes on");
        if frame.header.command == SUBMIT_SM {
            return frame;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_loses_no_frame() {
    const MESSAGES: u16 = 400;
    const LEN: usize = 30_000;
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&window=1000"));
    let mut peer = smsc.bound().await;
    let link = started.link.clone();
    let submitting = tokio::spawn(async move {
        let mut waiting = Vec::new();
        for number in 0..MESSAGES {
            waiting.push(link.submit(submit(number, vec![b'x'; LEN + usize::from(number)])).await);
        }
        for answer in waiting {
            assert!(matches!(answer.await, Answer::Response { status: 0, .. }));
        }
    });
    // It reads nothing until no more is written: the same number of places for a while.
    let mut free = 0;
    while std::mem::replace(&mut free, started.link.free()) != started.link.free()
        || free == 1_000
        || free == 0
    {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for number in 0..MESSAGES {
        let frame = peer.next_but_enquiries().await.expect("a submit_sm");
        assert_eq!((frame.header.command, reference(&frame)), (SUBMIT_SM, number));
        assert!(frame.body().len() > LEN + usize::from(number));
        peer.answer(&frame, b"id\0").await;
    }
    soon("all answers", submitting).await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_smsc_that_asks_and_never_reads_is_left() {
    let smsc = RawSmsc::listen().await;
    let started = start(smsc.connector("&response_timeout=2s"));
    let mut peer = smsc.bound().await;
    started.is_bound().await;
    let before = resident_kib();
    let asking = pdu(ENQUIRE_LINK, 0, 7, b"").repeat(10_000);
    while peer.stream.write_all(&asking).await.is_ok() {}
    let why = started.is("the end", |status| matches!(status, Status::Down { .. })).await;
    assert!(format!("{why:?}").contains("does not read"), "{why:?}");
    let grown = resident_kib().saturating_sub(before);
    assert!(grown <= GROWTH_KIB_MAX, "{grown} KiB");
    smsc.bound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_nobody_takes_messages_the_smsc_keeps_them_and_responses_still_come() {
    let smsc = RawSmsc::listen().await;
    let mut started = start(smsc.connector(""));
    let mut peer = smsc.bound().await;
    let more = 50;
    let sent = u32::try_from(INCOMING_LEN_MAX).expect("few") + more;
    for sequence in 1..=sent {
        peer.send(&pdu(DELIVER_SM, 0, sequence, &deliver(2, b"hi", b""))).await;
    }
    let replies = peer.is_alive().await;
    let put_off: Vec<_> = replies.iter().map(|frame| frame.header.sequence).collect();
    assert_eq!(put_off, (sent - more + 1..=sent).collect::<Vec<_>>());
    assert!(
        replies.iter().all(|frame| (frame.header.command, frame.header.status) == (DELIVER_SM_RESP, 0x64))
    );
    let submitting = started.link.submit(submit(1, Vec::new())).await;
    let request = next_submit(&mut peer).await;
    peer.answer(&request, b"id\0").await;
    assert!(matches!(soon("the answer", submitting).await, Answer::Response { status: 0, .. }));
    // One is taken, and there is room for one; one that is dropped stays unacknowledged.
    soon("a message", started.incoming.recv()).await.expect("it is kept").answer(0);
    drop(soon("a message", started.incoming.recv()).await);
    peer.send(&pdu(DELIVER_SM, 0, sent + 1, &deliver(2, b"hi", b""))).await;
    let replies = peer.is_alive().await;
    let got: Vec<_> = replies.iter().map(|frame| (frame.header.sequence, frame.header.status)).collect();
    assert_eq!(got, [(1, 0)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_large_messages_fewer_wait() {
    let smsc = RawSmsc::listen().await;
    let mut started = start(smsc.connector(""));
    let mut peer = smsc.bound().await;
    let large = deliver(0, b"", &tlv(0x0424, &[b'x'; 60_000]));
    let fit = INCOMING_BYTES_MAX / (large.len() + HEADER_LEN);
    for sequence in 1..=u32::try_from(fit + 1).expect("few") {
        peer.send(&pdu(DELIVER_SM, 0, sequence, &large)).await;
    }
    let put_off: Vec<_> = peer.is_alive().await.iter().map(|frame| frame.header.status).collect();
    assert_eq!(put_off, [0x64]);
    // Taken, it still counts; answered, it does not.
    let first = soon("a message", started.incoming.recv()).await.expect("it is kept");
    peer.send(&pdu(DELIVER_SM, 0, 998, &large)).await;
    assert_eq!(peer.is_alive().await.len(), 1);
    first.answer(0);
    peer.send(&pdu(DELIVER_SM, 0, 999, &large)).await;
    let acknowledged: Vec<_> = peer.is_alive().await.iter().map(|frame| frame.header.sequence).collect();
    assert_eq!(acknowledged, [1]);
}
