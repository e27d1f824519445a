//! What is known of a request at each end that a session can have.

use std::sync::Arc;

use super::*;
use crate::sms::pdu::{QuerySmResp, Tlvs, tlv};

fn outbox(window: usize) -> Outbox {
    Outbox::new(window, 0, Arc::new(Notify::new()))
}

fn submit(reference: u8) -> SubmitSm {
    let tlvs = Tlvs::default().with(tlv::USER_MESSAGE_REFERENCE, [reference]);
    SubmitSm { octets: vec![b'x'; 10], tlvs, ..SubmitSm::default() }
}

/// Hands so many octets of all that is there to the socket.
fn hand(outbox: &Outbox, len: usize) -> usize {
    let mut chunk = Vec::new();
    let position = outbox.take_now(&mut chunk).unwrap();
    outbox.handed(position + len.min(chunk.len()) as u64);
    chunk.len()
}

fn response(id: &str) -> Body {
    Body::SubmitSmResp(id.to_owned())
}

fn accepted(id: &str) -> Answer {
    Answer::Response { status: 0, message_id: id.to_owned() }
}

#[test]
fn a_request_is_not_sent_until_its_first_octet_is_handed_over() {
    let pdu = {
        let probe = outbox(1);
        let _waiting = probe.submit(&submit(0)).unwrap();
        hand(&probe, 0)
    };
    for (handed, unknown) in [(0, 0), (1, 1), (pdu, 1), (pdu + 1, 2), (2 * pdu, 2), (3 * pdu, 3)] {
        let outbox = outbox(4);
        let waiting: Vec<_> = (0..3).map(|n| outbox.submit(&submit(n)).unwrap()).collect();
        hand(&outbox, handed);
        let behind = outbox.submit(&submit(3)).unwrap();
        outbox.close();
        for (n, mut receiver) in waiting.into_iter().chain([behind]).enumerate() {
            let want =
                if n < unknown { Answer::Unknown(UnknownWhy::ConnectionLost) } else { Answer::NotSent };
            assert_eq!(receiver.try_recv().unwrap(), want, "number {n} of {handed} octets");
        }
        assert!(outbox.submit(&submit(4)).is_none());
    }
}

#[test]
fn the_window_holds_what_has_no_response() {
    let outbox = outbox(2);
    let mut first = outbox.submit(&submit(1)).unwrap();
    let mut second = outbox.query(&QuerySm::default()).unwrap();
    outbox.enquire_link();
    assert!(outbox.submit(&submit(2)).is_none());
    assert_eq!(outbox.free(), 0);
    assert_eq!(
        outbox.resolve(2, 0, response("")),
        Resolved::Nobody,
        "a query is answered by its own response"
    );
    assert_eq!(outbox.resolve(1, 0, response("a")), Resolved::Answered);
    assert_eq!(first.try_recv().unwrap(), accepted("a"));
    assert_eq!((outbox.free(), outbox.resolve(1, 0, response("a"))), (1, Resolved::Nobody));
    let body = QuerySmResp { message_state: Some(2), ..QuerySmResp::default() };
    assert_eq!(outbox.resolve(2, 0, Body::QuerySmResp(body.clone())), Resolved::Answered);
    assert_eq!(second.try_recv().unwrap(), QueryAnswer::Response { status: 0, response: body });
    assert_eq!(outbox.free(), 2);
}

#[test]
fn a_generic_nack_answers_and_never_accepts() {
    for (status, want) in [(0x03, 0x03), (0, 0xFF)] {
        let outbox = outbox(1);
        let mut waiting = outbox.submit(&submit(1)).unwrap();
        assert_eq!(outbox.resolve(1, status, Body::GenericNack), Resolved::Answered);
        let message_id = String::new();
        assert_eq!(waiting.try_recv().unwrap(), Answer::Response { status: want, message_id });
    }
}

#[test]
fn an_expired_request_is_unknown_and_its_late_response_is_known() {
    let (outbox, start, timeout) = (outbox(2), Instant::now(), Duration::from_secs(10));
    let mut waiting = outbox.submit(&submit(7)).unwrap();
    assert_eq!(outbox.tick(start, timeout), Overdue::Nothing);
    hand(&outbox, usize::MAX);
    // It was written after the first tick: the timer runs from the second.
    for (seconds, over) in [(1, false), (10, false), (11, true)] {
        assert_eq!(outbox.tick(start + Duration::from_secs(seconds), timeout), Overdue::Nothing);
        assert_eq!(waiting.try_recv().is_ok(), over, "after {seconds} s");
    }
    assert_eq!(outbox.free(), 2);
    let late = outbox.resolve(1, 0, response("id"));
    let Resolved::Late(late) = late else { panic!("{late:?}") };
    assert_eq!((late.user_message_reference, late.message_id.as_str()), (Some(7), "id"));
    assert_eq!(outbox.resolve(1, 0, response("id")), Resolved::Nobody, "once");
    drop(outbox.submit(&submit(8)).unwrap());
    assert!(matches!(outbox.resolve(2, 0, response("id")), Resolved::Late(_)), "nobody waited");
}

#[test]
fn a_peer_that_does_not_answer_or_read_is_found_out() {
    let (start, timeout) = (Instant::now(), Duration::from_secs(10));
    let at = |seconds| start + Duration::from_secs(seconds);
    let silent = outbox(1);
    silent.enquire_link();
    hand(&silent, usize::MAX);
    assert_eq!([0, 9, 10].map(|s| silent.tick(at(s), timeout)).last(), Some(&Overdue::EnquireLink));
    let stuck = outbox(1);
    let _waiting = stuck.submit(&submit(1)).unwrap();
    hand(&stuck, 5);
    assert_eq!([0, 9, 10].map(|s| stuck.tick(at(s), timeout)).last(), Some(&Overdue::Writing));
    let fresh = outbox(1);
    assert_eq!([0, 9].map(|s| fresh.tick(at(s), timeout)).last(), Some(&Overdue::Nothing));
    let _waiting = fresh.submit(&submit(1)).unwrap();
    assert_eq!(fresh.tick(at(10), timeout), Overdue::Nothing, "it had no time yet");
}

#[test]
fn an_smsc_that_unbinds_gets_nothing_more() {
    let outbox = outbox(3);
    let mut written = outbox.submit(&submit(1)).unwrap();
    hand(&outbox, usize::MAX);
    let mut queued = outbox.submit(&submit(2)).unwrap();
    outbox.turn_away(77);
    assert_eq!(queued.try_recv().unwrap(), Answer::NotSent);
    assert!(written.try_recv().is_err());
    let mut chunk = Vec::new();
    outbox.take_now(&mut chunk).unwrap();
    assert_eq!(chunk, Body::UnbindResp.to_vec(0, 77));
    assert!(outbox.submit(&submit(3)).is_none());
}

#[test]
fn sequence_numbers_go_round_past_those_in_use() {
    let outbox = Outbox::new(4, SEQUENCE_MAX - 1, Arc::new(Notify::new()));
    let _waiting: Vec<_> = (0..2).map(|n| outbox.submit(&submit(n)).unwrap()).collect();
    outbox.lock().last_sequence = SEQUENCE_MAX - 1;
    let _third = outbox.submit(&submit(3)).unwrap();
    let mut used: Vec<_> = outbox.lock().pending.keys().copied().collect();
    used.sort_unstable();
    assert_eq!(used, [1, 2, SEQUENCE_MAX]);
}
