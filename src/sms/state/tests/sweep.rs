//! Changes that the sweep makes in the rows, while commits make others.

use super::super::keys;
use super::*;

fn unknown(id: &str) -> Fact {
    let why = UnknownReason::Disconnected;
    Fact::from(attempt::Unknown {
        channel: Adapter::Sms,
        attempt: attempt(id, &[None]),
        why,
        from: None,
        encoding: None,
        group: None,
    })
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
    let row = row(&state, "m2");
    state.put_off(message("m2"), &bob(), &row, Instant::from_unix_ms(100_000)).unwrap();
    assert_eq!(overdue(67), ["m4"]);
    assert_eq!(state.forget(Instant::from_unix_ms(60_000), &[]).unwrap(), None);
    assert_eq!(state.delivery(message("m1"), &bob()).unwrap(), None, "it is final and old");
    assert_eq!(state.known("main", "b").unwrap(), None);
    assert!(state.delivery(message("m2"), &bob()).unwrap().is_some(), "it is open");
}

#[test]
fn what_has_ended_since_the_sweep_saw_it_is_not_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let all = records(&[vec![granted("m1")], vec![unknown("m1")], vec![delivered("m1")]]);
    let (open, ended) = all.split_at(2);
    state.apply(open).unwrap();
    let seen = row(&state, "m1");
    state.apply(ended).unwrap();
    state.put_off(message("m1"), &bob(), &seen, Instant::from_unix_ms(100_000)).unwrap();
    assert_eq!((row(&state, "m1").due, listed(&state)), (None, 0));
}

/// How many deliveries are listed to be looked after.
fn listed(state: &State) -> usize {
    state.projection.prefix(keys::OPEN).count()
}

/// While each of them ends, the sweep puts off all that it saw a moment before.
#[test]
fn a_delivery_that_ends_while_it_is_put_off_is_listed_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let ids: Vec<String> = (1..=300).map(|number| format!("m{number}")).collect();
    let begin: [Vec<Fact>; 2] =
        [ids.iter().map(|id| granted(id)).collect(), ids.iter().map(|id| unknown(id)).collect()];
    let end: Vec<Vec<Fact>> = ids.iter().map(|id| vec![delivered(id)]).collect();
    let all = records(&[&begin[..], &end].concat());
    let (begin, end) = all.split_at(2);
    state.apply(begin).unwrap();
    assert_eq!(listed(&state), ids.len());
    std::thread::scope(|scope| {
        let ends = scope.spawn(|| end.chunks(1).for_each(|one| drop(state.apply(one).unwrap())));
        let mut later = 1_000_000;
        while !ends.is_finished() {
            for (message, to, seen) in state.overdue(Instant::from_unix_ms(i64::MAX)).unwrap() {
                later += 1;
                state.put_off(message, &to, &seen, Instant::from_unix_ms(later)).unwrap();
            }
        }
    });
    assert_eq!(listed(&state), 0);
    let open = ids.iter().filter(|id| row(&state, id).due.is_some()).count();
    assert_eq!(open, 0, "so that they are forgotten");
}

#[test]
fn a_key_that_lists_a_delivery_under_another_time_than_its_row_is_removed_when_it_is_met() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let steps =
        [vec![granted("m1"), granted("m2")], vec![unknown("m1")], vec![delivered("m1"), unknown("m2")]];
    state.apply(&records(&steps)).unwrap();
    for (id, at) in [("m1", 10), ("m2", 20), ("m3", 30)] {
        state.projection.put(keys::open(Instant::from_unix_ms(at), message(id), &bob()), []);
    }
    let overdue = state.overdue(Instant::from_unix_ms(100_000)).unwrap();
    let overdue: Vec<_> = overdue.into_iter().map(|(id, ..)| id).collect();
    assert_eq!((overdue, listed(&state)), (vec![message("m2")], 1));
}

/// The first is tried again and again; more than one pass looks at are behind it.
#[test]
fn one_that_stays_young_keeps_none_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let behind = || (2..=1_500).map(|number| format!("m{number}"));
    let steps: [Vec<Fact>; 4] = [
        behind().map(|id| granted(&id)).chain([granted("m1")]).collect(),
        behind().map(|id| delivered(&id)).collect(),
        Vec::new(),
        vec![deferred("m1", &[None], DeferClass::Throttled, RMSGQFUL)],
    ];
    state.apply(&records(&steps)).unwrap();
    let before = Instant::from_unix_ms(3_000);
    let next = state.forget(before, &[]).unwrap().expect("there are more");
    assert_eq!(state.forget(before, &next).unwrap(), None);
    let left: Vec<_> = state.projection.prefix(keys::DELIVERIES).map(|row| row.unwrap().0).collect();
    assert_eq!(left, [keys::delivery(message("m1"), &bob())]);
}

#[test]
fn a_long_sms_that_is_not_heard_goes_on_again_after_twice_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    state.apply(&records(&[vec![part(1)], vec![part(2)]])).unwrap();
    let within = Span::from_secs(10);
    let mut tries = Vec::new();
    for secs in 0..200 {
        let now = Instant::from_unix_ms(secs * 1_000);
        for row in state.waited_for(within, now).unwrap() {
            state.went_on(&row.part.whole, now).unwrap();
            tries.push(secs);
        }
    }
    assert_eq!(tries, [12, 23, 45, 89, 177]);
}

/// One attempted twice under different ids, and one that was never reported.
#[test]
fn nothing_is_left_of_what_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let deferred = Fact::from(attempt::Deferred {
        channel: Adapter::Sms,
        attempt: attempt("m1", &[Some("0A")]),
        class: DeferClass::Temporary,
        why: DeferReason::Smsc(8),
    });
    let late = accepted("m1", &[Some("0B")]);
    let steps = [vec![granted("m1")], vec![deferred], vec![granted("m1")], vec![late, delivered("m1")]];
    state.apply(&records(&[&steps[..], &[vec![granted("m2")]]].concat())).unwrap();
    assert_eq!(state.known("main", "a").unwrap().unwrap().message, message("m1"), "it may be reported yet");
    state.forget(Instant::from_unix_ms(60_000), &[]).unwrap();
    let left: Vec<_> = state.projection.prefix([]).map(|row| row.unwrap().0).collect();
    assert!(left.iter().all(|key| key.starts_with(b"!")), "{left:?}");
}

#[test]
fn receipts_are_forgotten_some_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path());
    let receipts = (0..1_500).map(|id| unmatched(&format!("{id:04}"), ReceiptState::Delivered)).collect();
    state.apply(&records(&[receipts])).unwrap();
    let later = Instant::from_unix_ms(1_000) + Span::from_secs(7_200);
    let next = state.forget_receipts(later, &[]).unwrap().expect("there are more");
    let left = || state.projection.prefix(keys::UNMATCHED).count();
    assert_eq!(left(), 500);
    assert_eq!((state.forget_receipts(later, &next).unwrap(), left()), (None, 0));
}
