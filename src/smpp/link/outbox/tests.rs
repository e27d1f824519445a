//! Knowledge of a request at each end that a session can have.

use super::*;
use crate::smpp::pdu::{QuerySmResp, Tlvs, command, tlv};

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
    outbox.offer(&mut chunk);
    outbox.took(len.min(chunk.len()));
    chunk.len()
}

fn put(outbox: &Outbox, reference: u8) -> oneshot::Receiver<Told> {
    outbox.submit(&submit(reference), None).unwrap()
}

fn answer(waiting: &mut oneshot::Receiver<Told>) -> Answer {
    waiting.try_recv().unwrap().answer
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
        let _waiting = put(&probe, 0);
        hand(&probe, 0)
    };
    for (handed, unknown) in [(0, 0), (1, 1), (pdu, 1), (pdu + 1, 2), (2 * pdu, 2), (3 * pdu, 3)] {
        let outbox = outbox(4);
        let waiting: Vec<_> = (0..3).map(|n| put(&outbox, n)).collect();
        hand(&outbox, handed);
        let behind = put(&outbox, 3);
        outbox.close();
        for (n, mut receiver) in waiting.into_iter().chain([behind]).enumerate() {
            let want =
                if n < unknown { Answer::Unknown(UnknownWhy::ConnectionLost) } else { Answer::NotSent };
            assert_eq!(answer(&mut receiver), want, "number {n} of {handed} octets");
        }
        assert!(outbox.submit(&submit(4), None).is_none());
    }
}

#[test]
fn the_window_holds_what_has_no_response() {
    let outbox = outbox(2);
    let mut first = put(&outbox, 1);
    let mut second = outbox.query(&QuerySm::default()).unwrap();
    outbox.enquire_link();
    assert!(outbox.submit(&submit(2), None).is_none());
    assert_eq!(outbox.free(), 0);
    assert_eq!(outbox.resolve(1, 0, response("a")), Resolved::Nobody, "it was not asked yet");
    hand(&outbox, usize::MAX);
    assert_eq!(
        outbox.resolve(2, 0, response("")),
        Resolved::Nobody,
        "a query is answered by its own response"
    );
    assert_eq!(outbox.resolve(1, 0, response("a")), Resolved::Answered);
    assert_eq!(answer(&mut first), accepted("a"));
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
        let mut waiting = put(&outbox, 1);
        hand(&outbox, usize::MAX);
        assert_eq!(outbox.resolve(1, status, Body::GenericNack), Resolved::Answered);
        let message_id = String::new();
        assert_eq!(answer(&mut waiting), Answer::Response { status: want, message_id });
    }
}

#[test]
fn an_expired_request_is_unknown_and_its_late_response_is_known() {
    let (outbox, start, timeout) = (outbox(2), Instant::now(), Duration::from_secs(10));
    let mut waiting = put(&outbox, 7);
    assert_eq!(outbox.tick(start, timeout), Overdue::Nothing);
    hand(&outbox, usize::MAX);
    // It was written after the first tick: the timer runs from the second.
    for seconds in [1, 10] {
        assert_eq!(outbox.tick(start + Duration::from_secs(seconds), timeout), Overdue::Nothing);
        assert!(waiting.try_recv().is_err(), "after {seconds} s");
    }
    assert_eq!(outbox.tick(start + Duration::from_secs(11), timeout), Overdue::Nothing);
    let Told { answer, late } = waiting.try_recv().unwrap();
    assert_eq!((answer, outbox.free()), (Answer::Unknown(UnknownWhy::TimedOut), 2));
    assert_eq!(outbox.resolve(1, 0, response("id")), Resolved::Answered);
    assert_eq!(late.unwrap().try_recv().unwrap(), accepted("id"));
    assert_eq!(outbox.resolve(1, 0, response("id")), Resolved::Nobody, "once");
}

/// Says no from a time on.
#[derive(Debug, Default)]
struct Wish(std::sync::atomic::AtomicBool);

impl Permit for Wish {
    fn holds(&self) -> bool {
        true
    }
    fn leaves(&self) -> bool {
        !self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[test]
fn what_is_queued_is_asked_again_right_before_it_is_written() {
    let (outbox, wish) = (outbox(4), Arc::new(Wish::default()));
    let mut waiting: Vec<_> =
        (0..3).map(|n| outbox.submit(&submit(n), Some(wish.clone())).unwrap()).collect();
    let all = hand(&outbox, 5);
    wish.0.store(true, std::sync::atomic::Ordering::Relaxed);
    // The socket took a part of the first: that one has to go on.
    assert_eq!(hand(&outbox, usize::MAX), all / 3 - 5);
    assert!(waiting[0].try_recv().is_err());
    assert_eq!([1, 2].map(|n| answer(&mut waiting[n])), [Answer::NotSent, Answer::NotSent]);
    assert_eq!(outbox.free(), 3);
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
    let _waiting = put(&stuck, 1);
    hand(&stuck, 5);
    assert_eq!([0, 9, 10].map(|s| stuck.tick(at(s), timeout)).last(), Some(&Overdue::Writing));
    let fresh = outbox(1);
    assert_eq!([0, 9].map(|s| fresh.tick(at(s), timeout)).last(), Some(&Overdue::Nothing));
    let _waiting = put(&fresh, 1);
    assert_eq!(fresh.tick(at(10), timeout), Overdue::Nothing, "it had no time yet");
}

#[test]
fn an_smsc_that_unbinds_gets_nothing_more() {
    let outbox = outbox(3);
    let mut written = put(&outbox, 1);
    hand(&outbox, usize::MAX);
    let mut queued = put(&outbox, 2);
    outbox.withdraw();
    outbox.reply(command::UNBIND_RESP, 0, 77);
    assert_eq!(answer(&mut queued), Answer::NotSent);
    assert!(written.try_recv().is_err());
    let mut chunk = Vec::new();
    outbox.offer(&mut chunk);
    assert_eq!(chunk, Body::UnbindResp.to_vec(0, 77));
    assert!(outbox.submit(&submit(3), None).is_none());
}

#[test]
fn sequence_numbers_go_round_past_those_in_use() {
    let outbox = Outbox::new(4, SEQUENCE_MAX - 1, Arc::new(Notify::new()));
    let _waiting: Vec<_> = (0..2).map(|n| put(&outbox, n)).collect();
    outbox.lock().last_sequence = SEQUENCE_MAX - 1;
    let _third = put(&outbox, 3);
    let mut used: Vec<_> = outbox.lock().pending.keys().copied().collect();
    used.sort_unstable();
    assert_eq!(used, [1, 2, SEQUENCE_MAX]);
}

#[test]
fn a_reply_is_heard_when_its_last_octet_is_handed_over_and_lost_with_its_session() {
    let ids = |outbox: &Outbox| {
        [1, 2, 3].map(|sequence| outbox.reply_telling(command::DELIVER_SM_RESP, 0, sequence))
    };
    let probe = outbox(1);
    let _asked = ids(&probe);
    let reply = hand(&probe, 0) / 3;
    for (handed, heard) in [(0, 0), (reply - 1, 0), (reply, 1), (2 * reply, 2), (3 * reply, 3)] {
        let outbox = outbox(1);
        let told = ids(&outbox);
        hand(&outbox, handed);
        outbox.close();
        assert_eq!(
            told.into_iter().filter_map(|mut told| told.try_recv().ok()).count(),
            heard,
            "{handed} octets"
        );
        let mut late = outbox.reply_telling(command::DELIVER_SM_RESP, 0, 4);
        assert!(late.try_recv().is_err(), "nobody hears it");
    }
    let outbox = outbox(1);
    let told = ids(&outbox);
    outbox.withdraw();
    hand(&outbox, usize::MAX);
    let heard = told.into_iter().filter_map(|mut told| told.try_recv().ok()).count();
    assert_eq!(heard, 3, "what the SMSC asked is answered, also when it takes nothing more");
}
