//! Ids on disk: kept until they count no more, written when their commits are stored, given up when they are torn.

use futures_util::FutureExt;
use tempfile::TempDir;
use tokio::sync::watch;

use super::*;
use crate::rules::quota::OverQuota;
use crate::rules::{Outcome, Rejection};
use crate::words::{MessageId, ScheduleId};

const HOUR_MS: i64 = 3_600_000;
const WEEK_MS: i64 = 7 * 24 * HOUR_MS;

fn opened(folder: &TempDir) -> Arc<Ids> {
    let rows = Projection::open(folder.path(), SHAPE).unwrap();
    Arc::new(Ids { rows, oldest: Instant::from_unix_ms(i64::MIN), torn: Arc::default() })
}

fn key(number: u64) -> Stamp {
    Stamp::of(&[&number.to_be_bytes()])
}

fn mark(seq: u64, at_ms: i64) -> Mark {
    Mark { seq: EventSeq(seq), command: CommandSeq(seq), at: Instant::from_unix_ms(at_ms), log: None }
}

fn fresh(seq: u64, at_ms: i64) -> Fresh {
    let at = Instant::from_unix_ms(at_ms);
    let kept = Kept { content: key(seq + 1), at, outcome: Outcome::Accepted };
    Fresh { mark: mark(seq, at_ms), key: key(seq), kept: Arc::new(kept) }
}

/// Which of the first ids are there.
fn known(ids: &Ids, len: u64) -> Vec<u64> {
    (1..=len).filter(|number| !ids.read(&[key(*number)]).unwrap().is_empty()).collect()
}

#[test]
fn an_id_stays_while_it_counts_and_leaves_the_disk_when_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let ids = opened(&folder);
    let old: Vec<Fresh> = (1..=300).map(|seq| fresh(seq, 1_000)).collect();
    ids.write(&old, mark(300, 1_000)).unwrap();
    // What it holds already is not written again, whatever is said of it.
    ids.write(&[Fresh { mark: mark(300, 1_000), ..fresh(301, 1_000) }], mark(300, 1_000)).unwrap();
    ids.write(&[fresh(301, 5_000)], mark(400, 5_000)).unwrap();
    drop(ids);
    let ids = opened(&folder);
    assert_eq!((ids.rows.position(), known(&ids, 301).len()), (EventSeq(400), 301));
    assert_eq!(
        ids.read(&[key(7), key(999)]).unwrap(),
        BTreeMap::from([(key(7), (*fresh(7, 1_000).kept).clone())])
    );
    // With what comes the sweep goes on, some rows at a time: three times bring it round.
    let times = |from: u64, at_ms: i64| {
        (from..from + 3).for_each(|seq| ids.write(&[], mark(seq, at_ms)).unwrap());
    };
    times(500, 1_000 + WEEK_MS);
    assert_eq!(known(&ids, 301).len(), 301, "an hour of grace");
    times(600, 1_000 + WEEK_MS + HOUR_MS);
    times(700, 1_000 + WEEK_MS + HOUR_MS);
    assert_eq!(known(&ids, 301), [301]);
    // One that no longer counts is not written at all: a rebuild from a long log is no longer than a week.
    ids.write(&[fresh(800, 2_000), fresh(801, 9_000)], mark(801, 9_000 + WEEK_MS + HOUR_MS - 1)).unwrap();
    assert_eq!(known(&ids, 801), [801]);
}

#[test]
fn a_row_takes_about_what_it_costs_its_user() {
    let at = Instant::from_unix_ms(1_800_000_000_000);
    let over = OverQuota {
        nominal: "2026-12-01T09:00:00".parse().unwrap(),
        due: at,
        code: "quota.day_exceeded".into(),
    };
    let refused = Outcome::Refused(Box::new(Rejection::unknown_recipient("dave")));
    let schedule = |len: usize| Outcome::Schedule(ScheduleId::of(CommandSeq(9)), vec![over.clone(); len]);
    let outcomes = [
        Outcome::Accepted,
        Outcome::Message(MessageId::of(CommandSeq(1 << 40))),
        schedule(0),
        schedule(9),
        refused,
    ];
    for outcome in outcomes {
        let of = Kept { content: key(1), at, outcome };
        let (row, costs) = (row_key(&key(2)).len() + row(&of).len(), of.bytes_len() as usize);
        assert!(row.abs_diff(costs) <= 40 && row <= 2 * costs, "{row} bytes cost {costs}: {of:?}");
        assert_eq!(kept(&super::row(&of)), Some(of));
    }
}

#[tokio::test]
async fn a_torn_row_gives_the_folder_up() {
    let folder = tempfile::tempdir().unwrap();
    let ids = opened(&folder);
    ids.rows.put(row_key(&key(1)), b"torn");
    let fault = ids.find(vec![key(1)]).await.unwrap_err();
    assert_eq!((fault.retry, ids.torn.load(Ordering::Relaxed)), (Retry::Reload, true));
    assert!(ids.find(vec![key(2)]).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_what_is_stored_is_written_and_the_deciding_waits_while_too_much_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let ids = opened(&folder);
    let (stored, told) = watch::channel(Mark::default());
    let (handing, writer) = write(Arc::clone(&ids), told);
    let writer = tokio::spawn(writer);
    let mut handed = 0;
    // The writer gets its turns; what it has taken for a hundred turns nobody takes any more.
    let mut in_vain = 0;
    while in_vain < 100 {
        match handing.hand(fresh(handed + 1, 1_000)).now_or_never() {
            Some(done) => {
                done.unwrap();
                (handed, in_vain) = (handed + 1, 0);
            }
            None => in_vain += 1,
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(handed, (QUEUE_LEN_MAX + HELD_LEN_MAX) as u64);
    assert!(handed < LATEST_LEN_MAX as u64, "memory holds more");
    assert!(ids.rows.prefix([]).next().is_none(), "nothing is stored");
    stored.send_replace(mark(3_000, 1_000));
    drop((handing, stored));
    writer.await.unwrap().unwrap();
    assert_eq!(ids.rows.position(), EventSeq(3_000));
    assert_eq!(known(&ids, handed), (1..=3_000).collect::<Vec<_>>());
}
