//! What the rows hold after a story, and that they hold it again when the folder is made anew.

use std::path::Path;

use super::{Stage, State, Terms};
use crate::log::{Projection, Record};
use crate::rules::sms::{
    Attempted, DeferReason, Granted, Part, Receipt, ReceiptState, UnknownReason, Unmatched,
};
use crate::rules::{Commit, Fact, Sender};
use crate::wire::commit;
use crate::words::{CommandSeq, Instant, MessageId, Party, Span};

fn open(folder: &Path) -> State {
    let terms = Terms { query_after: Span::from_secs(60), ids: Default::default() };
    State { projection: Projection::open(folder, super::keys::FORMAT).unwrap(), terms }
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
        Record { seq, subject: "x".into(), at, payload: commit::encode(&made).into(), headers: None }
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
    let phone = "+447700900123".parse().unwrap();
    Fact::SmsAttempted(Granted { message: message(id), to: bob(), phone, from: None, leave: None })
}

fn attempt(id: &str, ids: &[Option<&str>]) -> Attempted {
    let ids = ids.iter().map(|id| id.map(str::to_owned)).collect();
    Attempted { message: message(id), to: bob(), connector: "main".to_owned(), ids, leave: None }
}

fn accepted(id: &str, ids: &[Option<&str>]) -> Fact {
    Fact::SmsAccepted { attempt: attempt(id, ids), receipts: true }
}

fn receipt(id: &str, (segment, segments): (u8, u8), state: ReceiptState) -> Fact {
    Fact::SmsReceipt(Receipt { message: message(id), to: bob(), segment, segments, state, error: None })
}

fn part(number: u8) -> Fact {
    Fact::SmsPart(Box::new(Part {
        whole: "w".to_owned(),
        connector: "main".to_owned(),
        from: None,
        called: crate::words::Called::Service,
        number,
        total: 2,
        octets: Default::default(),
    }))
}

fn story() -> Vec<Vec<Fact>> {
    let unmatched = Unmatched {
        connector: "main".to_owned(),
        id: "00FF".to_owned(),
        state: ReceiptState::Delivered,
        error: None,
        phone: None,
    };
    vec![
        vec![granted("m1"), granted("m2"), granted("m3"), granted("m4")],
        vec![accepted("m1", &[Some("0A"), Some("0B")])],
        vec![receipt("m1", (1, 2), ReceiptState::Delivered), receipt("m1", (0, 2), ReceiptState::Delivered)],
        vec![Fact::SmsUnknown { attempt: attempt("m2", &[None]), why: UnknownReason::Disconnected }],
        vec![Fact::SmsDeferred { attempt: attempt("m3", &[Some("0C"), None]), why: DeferReason::Smsc(8) }],
        vec![granted("m3"), accepted("m4", &[Some("0D")]), Fact::SmsUnmatched(Box::new(unmatched))],
        vec![part(2), part(1)],
    ]
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
        let row = state.delivery(message(id), &bob()).unwrap().unwrap();
        assert_eq!((row.stage, row.attempts, row.temporary), (stage, attempts, temporary), "{id}");
    }
    let known = state.known("main", "b").unwrap().unwrap();
    assert_eq!((known.message, known.segment, known.segments), (message("m1"), 1, 2));
    assert_eq!(state.known("other", "b").unwrap(), None);
    assert_eq!(state.unknown_to("+447700900123".parse().unwrap()).unwrap(), [(message("m2"), bob())]);
    assert_eq!(state.unmatched("main", "ff").unwrap().unwrap().receipts.len(), 1);
    let numbers: Vec<_> = state.parts("w").unwrap().iter().map(|row| row.part.number).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(state.parts_older_than(Instant::from_unix_ms(8_000)).unwrap().len(), 1);
}

#[test]
fn what_is_open_is_looked_after_and_what_is_old_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    state.apply(&records(&story())).unwrap();
    let overdue = |secs: i64| {
        let now = Instant::from_unix_ms(secs * 1_000);
        state.overdue(now).unwrap().into_iter().map(|(id, ..)| id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (overdue(63), overdue(65), overdue(67)),
        (vec![], vec!["m2".to_owned()], vec!["m2".to_owned(), "m4".to_owned()])
    );
    let row = state.delivery(message("m2"), &bob()).unwrap().unwrap();
    state.put_off(message("m2"), &bob(), row, Instant::from_unix_ms(100_000)).unwrap();
    assert_eq!(overdue(67), ["m4"]);
    assert!(!state.forget(Instant::from_unix_ms(60_000)).unwrap());
    assert_eq!(state.delivery(message("m1"), &bob()).unwrap(), None, "it is final and old");
    assert_eq!(state.known("main", "b").unwrap(), None);
    assert!(state.delivery(message("m2"), &bob()).unwrap().is_some(), "it is open");
    assert_eq!(state.unmatched("main", "ff").unwrap(), None);
}

#[test]
fn commit_by_commit_or_all_at_once_the_rows_are_the_same() {
    let rows = |steps: usize| {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path());
        records(&story()).chunks(steps).for_each(|chunk| state.apply(chunk).unwrap());
        // Said again they change nothing.
        state.apply(&records(&story())).unwrap();
        state.projection.db().iter().map(Result::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(rows(1), rows(100));
    assert!(rows(1).len() > 8);
}
