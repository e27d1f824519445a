//! Rows after a story, and the same rows when the folder is made anew.

mod sweep;

use std::path::Path;

use super::{Delivery, Stage, State, Terms};
use crate::log::Record;
use crate::rules::attempt::{
    Adapter, Attempt, DeferClass, DeferReason, Granted, Receipt, ReceiptState, Receipted, Stray,
    UnknownReason, Unmatched,
};
use crate::rules::message::FilterReason;
use crate::rules::phone::Part;
use crate::rules::{Commit, Fact, Sender, attempt, message};
use crate::smpp::pdu::status::{RALYBND, RBINDFAIL, RINVPASWD, RMSGQFUL, RTHROTTLED};
use crate::wire::commit;
use crate::words::{CommandSeq, Instant, MessageId, Party, Span};

fn open(folder: &Path) -> State {
    let terms = Terms { query_after: Span::from_secs(60), ids: Default::default() };
    State::open(folder, terms).unwrap()
}

fn records(facts: &[Vec<Fact>]) -> Vec<Record> {
    let record = |(seq, facts): (u64, &Vec<Fact>)| {
        let at = Instant::from_unix_ms(i64::try_from(seq).unwrap() * 1_000);
        let by = Sender::Unknown;
        let made = Commit {
            command: CommandSeq(seq),
            at,
            by,
            part: 0,
            parts: 1,
            intent: None,
            facts: facts.clone(),
        };
        Record::appended(seq, commit::encode(&made))
    };
    (1..).zip(facts).map(record).collect()
}

fn bob() -> Party {
    "bob".parse().unwrap()
}

fn message(text: &str) -> MessageId {
    text.parse().unwrap()
}

fn granted(id: &str) -> Fact {
    granted_by(Adapter::Sms, id)
}

fn granted_by(channel: Adapter, id: &str) -> Fact {
    let phone = "+447700900123".parse().unwrap();
    Fact::from(Granted { channel, message: message(id), to: bob(), phone, from: None, grant: None })
}

fn attempt(id: &str, ids: &[Option<&str>]) -> Attempt {
    let ids = ids.iter().map(|id| id.map(str::to_owned)).collect();
    Attempt { message: message(id), to: bob(), connector: "main".to_owned(), ids, grant: None }
}

fn accepted(id: &str, ids: &[Option<&str>]) -> Fact {
    Fact::from(attempt::Accepted { channel: Adapter::Sms, attempt: attempt(id, ids), receipts: true })
}

fn deferred(id: &str, ids: &[Option<&str>], class: DeferClass, status: u32) -> Fact {
    let (channel, attempt) = (Adapter::Sms, attempt(id, ids));
    Fact::from(attempt::Deferred { channel, attempt, class, why: DeferReason::Smsc(status) })
}

fn receipted(receipt: Receipt) -> Fact {
    Fact::from(Receipted { channel: Adapter::Sms, receipt })
}

fn receipt(id: &str, (segment, segments): (u8, u8), state: ReceiptState) -> Fact {
    receipted(Receipt { message: message(id), to: bob(), segment, segments, state, error: None, id: None })
}

fn part(number: u8) -> Fact {
    Fact::from(Part {
        whole: "w".to_owned(),
        connector: "main".to_owned(),
        from: None,
        called: crate::words::Called::Service,
        number,
        total: 2,
        octets: Default::default(),
        id: None,
    })
}

fn delivered(id: &str) -> Fact {
    Fact::from(message::Delivered {
        message: message(id),
        to: bob(),
        from: None,
        encoding: None,
        group: None,
    })
}

fn unmatched(id: &str, state: ReceiptState) -> Fact {
    let (connector, id, phone) = ("main".to_owned(), id.to_owned(), "+447700900123".parse().ok());
    Fact::from(Unmatched {
        channel: Adapter::Sms,
        receipt: Stray { connector, id, state, error: None, phone },
    })
}

fn row(state: &State, id: &str) -> Delivery {
    state.delivery(message(id), &bob()).unwrap().unwrap()
}

/// The receipts that found their delivery, as "message.segment state".
fn found(facts: &[Vec<Fact>]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let matched = state.apply(&records(facts)).unwrap();
    assert_eq!(state.matched().unwrap(), matched, "they wait to be recorded");
    let shown = |matched: &super::Matched| {
        let receipt = &matched.receipt;
        format!("{}.{} {}", receipt.message, receipt.segment, receipt.state.as_str())
    };
    matched.iter().map(shown).collect()
}

fn story() -> Vec<Vec<Fact>> {
    vec![
        vec![granted("m1"), granted("m2"), granted("m3"), granted("m4")],
        vec![accepted("m1", &[Some("0A"), Some("0B")])],
        vec![
            receipt("m1", (1, 2), ReceiptState::Delivered),
            receipt("m1", (0, 2), ReceiptState::Delivered),
            delivered("m1"),
        ],
        vec![Fact::from(attempt::Unknown {
            channel: Adapter::Sms,
            attempt: attempt("m2", &[None]),
            why: UnknownReason::Disconnected,
            from: None,
            encoding: None,
            group: None,
        })],
        vec![deferred("m3", &[Some("0C"), None], DeferClass::Temporary, 8)],
        vec![granted("m3"), accepted("m4", &[Some("0D")]), unmatched("00FF", ReceiptState::Delivered)],
        vec![part(2), part(1)],
    ]
}

/// The tries that are counted of a delivery that was deferred twice, as the bridge judged it.
fn tries(class: DeferClass, status: u32) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let once = || vec![granted("m1"), deferred("m1", &[None], class, status)];
    state.apply(&records(&[once(), once()])).unwrap();
    row(&state, "m1").temporary
}

#[test]
fn an_error_that_the_settings_call_temporary_is_counted_as_a_try_whatever_its_number() {
    assert_eq!(tries(DeferClass::Temporary, RMSGQFUL), 2, "`status={{0x14=\"temporary-2\"}}`");
}

#[test]
fn a_session_that_the_smsc_refuses_counts_as_no_try_of_the_message() {
    for status in [RALYBND, RBINDFAIL, RINVPASWD, RTHROTTLED] {
        assert_eq!(tries(DeferClass::Throttled, status), 0, "{status:#x}");
    }
}

#[test]
fn each_delivery_stands_where_its_facts_put_it() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    state.apply(&records(&story())).unwrap();
    for (id, stage, attempts, temporary) in [
        ("m1", Stage::Delivered, 1, 0),
        ("m2", Stage::Unknown, 1, 0),
        ("m3", Stage::Attempted, 2, 1),
        ("m4", Stage::Accepted, 1, 0),
    ] {
        let row = row(&state, id);
        assert_eq!((row.stage, row.attempts, row.temporary), (stage, attempts, temporary), "{id}");
    }
    let known = state.known("main", "b").unwrap().unwrap();
    assert_eq!((known.message, known.segment, known.segments), (message("m1"), 1, 2));
    assert_eq!(state.known("other", "b").unwrap(), None);
    let nameless = state.nameless_to("+447700900123".parse().unwrap()).unwrap();
    let nameless: Vec<_> = nameless.into_iter().map(|(message, _, row)| (message, row.stage)).collect();
    assert_eq!(nameless, [(message("m2"), Stage::Unknown), (message("m3"), Stage::Attempted)]);
    let numbers: Vec<_> = state.parts("w").unwrap().iter().map(|row| row.part.number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn a_receipt_and_the_response_that_names_it_find_each_other_in_either_order() {
    use ReceiptState::{Delivered, Undeliverable};
    for (what, facts, want) in [
        (
            "the receipt first",
            vec![vec![granted("m1")], vec![unmatched("0A", Delivered)], vec![accepted("m1", &[Some("a")])]],
            vec!["m1.0 delivered"],
        ),
        (
            "the response first, and seen by another process",
            vec![vec![granted("m1"), accepted("m1", &[None, Some("a")])], vec![unmatched("0A", Delivered)]],
            vec!["m1.1 delivered"],
        ),
        (
            "it is used once",
            vec![
                vec![granted("m1"), unmatched("a", Undeliverable), accepted("m1", &[Some("a")])],
                vec![granted("m2"), accepted("m2", &[Some("a")])],
            ],
            vec!["m1.0 undeliverable"],
        ),
        (
            "it was recorded already",
            vec![
                vec![granted("m1"), accepted("m1", &[Some("a")]), receipt("m1", (0, 1), Delivered)],
                vec![delivered("m1"), unmatched("a", Delivered)],
            ],
            vec![],
        ),
    ] {
        assert_eq!(found(&facts), want, "{what}");
    }
}

#[test]
fn a_receipt_from_before_the_submit_is_about_another_message() {
    use ReceiptState::{Delivered, Undeliverable};
    let twenty = || (2..22).map(|number| format!("m{number}"));
    let nameless = twenty().flat_map(|id| [vec![granted(&id)], vec![accepted(&id, &[Some("")])]]);
    for (what, facts) in [
        (
            "the SMSC's counter began anew",
            vec![vec![unmatched("7", Delivered)], vec![granted("m1")], vec![accepted("m1", &[Some("7")])]],
        ),
        (
            "one without an id, and twenty that get none",
            std::iter::once(vec![unmatched("", Undeliverable)]).chain(nameless).collect(),
        ),
    ] {
        assert!(found(&facts).is_empty(), "{what}");
    }
}

#[test]
fn an_id_that_is_given_again_names_the_new_message_also_when_the_old_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let (first, second) = (vec![granted("m1"), accepted("m1", &[Some("7")])], vec![delivered("m1")]);
    let third = vec![granted("m2"), accepted("m2", &[Some("7")])];
    state.apply(&records(&[first, second, vec![], third])).unwrap();
    state.forget(Instant::from_unix_ms(3_000), &[]).unwrap();
    assert_eq!(state.delivery(message("m1"), &bob()).unwrap(), None);
    assert_eq!(state.known("main", "7").unwrap().unwrap().message, message("m2"));
}

/// Confirmed on another device, expired, taken back, or not wished any more: it is no candidate for a receipt without an id any more.
#[test]
fn what_ends_by_other_ways_ends_here_too() {
    let (message, to) = (message("m1"), bob());
    for (end, stage) in [
        (delivered("m1"), Stage::Delivered),
        (
            Fact::from(message::Expired { message, to: to.clone(), from: None, encoding: None, group: None }),
            Stage::Expired,
        ),
        (
            Fact::from(message::Recalled {
                message,
                to: to.clone(),
                from: None,
                encoding: None,
                group: None,
                to_encoding: None,
            }),
            Stage::Recalled,
        ),
        (
            Fact::from(message::Filtered {
                message,
                to,
                reason: FilterReason::OptedOut,
                from: None,
                encoding: None,
                group: None,
            }),
            Stage::Filtered,
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path());
        let unknown = Fact::from(attempt::Unknown {
            channel: Adapter::Sms,
            attempt: attempt("m1", &[None]),
            why: UnknownReason::Disconnected,
            from: None,
            encoding: None,
            group: None,
        });
        let other = delivered("m2");
        state.apply(&records(&[vec![granted("m1")], vec![unknown], vec![other, end]])).unwrap();
        assert_eq!(row(&state, "m1").stage, stage);
        assert!(state.nameless_to("+447700900123".parse().unwrap()).unwrap().is_empty());
        assert!(state.overdue(Instant::from_unix_ms(1_000_000)).unwrap().is_empty());
        assert_eq!(state.delivery("m2".parse().unwrap(), &bob()).unwrap(), None, "the bridge never had it");
    }
}

/// An id that only a receipt told names the segment from then on.
#[test]
fn an_id_that_a_receipt_told_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let unknown = Fact::from(attempt::Unknown {
        channel: Adapter::Sms,
        attempt: attempt("m1", &[None]),
        why: UnknownReason::NoResponse,
        from: None,
        encoding: None,
        group: None,
    });
    let told = Receipt {
        message: message("m1"),
        to: bob(),
        segment: 0,
        segments: 1,
        state: ReceiptState::Enroute,
        error: None,
        id: Some("00C0FFEE".to_owned()),
    };
    state.apply(&records(&[vec![granted("m1")], vec![unknown], vec![receipted(told)]])).unwrap();
    assert_eq!(state.known("main", "c0ffee").unwrap().unwrap().message, message("m1"));
    assert!(state.nameless_to("+447700900123".parse().unwrap()).unwrap().is_empty());
    assert!(state.overdue(Instant::from_unix_ms(1_000_000)).unwrap().len() == 1, "its end is not told");
}

#[test]
fn what_another_channel_s_adapter_does_is_no_sms() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    state.apply(&records(&[vec![granted_by(Adapter::Mms, "m1"), granted("m2")]])).unwrap();
    let row = |id| state.delivery(message(id), &bob()).unwrap();
    assert_eq!((row("m1"), row("m2").is_some()), (None, true));
}

#[test]
fn commit_by_commit_or_all_at_once_the_rows_are_the_same() {
    let rows = |steps: usize| {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path());
        records(&story()).chunks(steps).for_each(|chunk| drop(state.apply(chunk).unwrap()));
        // Said again they change nothing.
        state.apply(&records(&story())).unwrap();
        state.projection.prefix([]).map(Result::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(rows(1), rows(100));
    assert!(rows(1).len() > 8);
}
