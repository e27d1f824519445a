//! The folder: made in any batches it is the same, and whatever is wrong with it, it is rebuilt.

use std::fs;
use std::path::Path;

use super::testing::{commits, record, story};
use super::{Model, read_row, write_row};
use crate::log::Retry;
use crate::rules::identity::Limits;
use crate::words::EventSeq;

/// Where a projection says where it stands.
const META: &[u8] = b"!";

fn rows(model: &Model) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    model.projection.prefix([]).map(Result::unwrap).map(|(key, value)| (text(&key), text(&value))).collect()
}

fn made(folder: &Path, batch_len: usize) -> Model {
    let model = Model::open(folder).unwrap();
    story().chunks(batch_len).for_each(|commits| model.apply(commits).unwrap());
    model
}

#[test]
fn commit_by_commit_in_one_batch_and_opened_again_are_the_same() {
    let folders = tempfile::tempdir().unwrap();
    let one = made(&folders.path().join("one"), 1);
    let want = rows(&one);
    assert_eq!(one.position(), EventSeq(17));
    for batch_len in [2, 3, 5, 17] {
        let folder = folders.path().join(batch_len.to_string());
        let model = made(&folder, batch_len);
        assert_eq!(rows(&model), want, "in batches of {batch_len}");
        // What it holds already changes nothing.
        model.apply(&story()).unwrap();
        assert_eq!(rows(&model), want);
        let mark = model.mark().unwrap();
        drop(model);
        let again = Model::open(&folder).unwrap();
        assert_eq!(
            (rows(&again), again.position(), again.mark().unwrap()),
            (want.clone(), EventSeq(17), mark)
        );
    }
}

#[test]
fn schedules_made_commit_by_commit_and_in_large_batches_are_the_same() {
    let story = crate::query::schedule_tests::story().log;
    let made = |batch_len: usize| {
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        story.chunks(batch_len).for_each(|commits| model.apply(commits).unwrap());
        rows(&model)
    };
    let want = made(1);
    for batch_len in [2, 3, 5, story.len()] {
        assert_eq!(made(batch_len), want, "in batches of {batch_len}");
    }
}

#[test]
fn a_delivery_that_ends_at_once_leaves_no_trace_in_the_inbox() {
    let folder = tempfile::tempdir().unwrap();
    let model = made(folder.path(), 17);
    let inbox: Vec<_> =
        rows(&model).into_iter().map(|(key, _)| key).filter(|key| key.starts_with('i')).collect();
    let last = |message| format!("\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00{message}");
    assert_eq!(inbox, [format!("ialice{}", last("\\t")), format!("ibob{}", last("\\x06"))]);
}

#[test]
fn commits_that_cannot_be_read_move_the_position() {
    let folder = tempfile::tempdir().unwrap();
    let model = made(folder.path(), 17);
    let mark = model.mark().unwrap().unwrap();
    model.take(&[record(20, b"junk".to_vec())]).unwrap();
    assert_eq!((model.position(), model.mark().unwrap()), (EventSeq(20), Some(mark)));
    assert_eq!(mark.seq, EventSeq(17));
}

#[test]
fn another_format_is_rebuilt() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("query");
    let model = made(&folder, 17);
    let mut meta = model.projection.get(META).unwrap().unwrap();
    meta[3] += 1;
    model.projection.put(META, meta);
    drop(model);
    is_rebuilt(&folder);
}

#[test]
fn rows_without_a_position_are_rebuilt() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("query");
    let model = made(&folder, 17);
    model.projection.remove(META);
    drop(model);
    is_rebuilt(&folder);
}

#[test]
fn a_torn_folder_is_rebuilt() {
    let data = tempfile::tempdir().unwrap();
    for noise in [0, 7, 31, 255] {
        let folder = data.path().join("query");
        drop(made(&folder, 17));
        overwrite(&folder.join("rows.redb"), noise);
        is_rebuilt(&folder);
    }
}

#[test]
fn what_is_no_folder_is_rebuilt() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("query");
    fs::write(&folder, "not a folder").unwrap();
    is_rebuilt(&folder);
}

#[test]
fn a_torn_row_asks_for_a_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    let model = made(folder.path(), 17);
    let key = super::keys::delivery("m6".parse().unwrap(), &"bob".parse().unwrap());
    model.projection.put(key, b"torn");
    let inbox = model.inbox(&"bob".parse().unwrap(), None, 10).unwrap_err();
    assert_eq!(inbox.retry, Retry::Reload);
    let mut late = commits(vec![Vec::new(); 17]);
    late.push((EventSeq(18), commits(vec![vec![super::testing::delivered("m6", "bob")]]).remove(0).1));
    assert_eq!(model.apply(&late).unwrap_err().retry, Retry::Reload);
    assert_eq!(model.position(), EventSeq(17));
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let _model = made(folder.path(), 17);
    assert_eq!(Model::open(folder.path()).unwrap_err().retry, Retry::Later);
}

/// Bytes that look like anything, the same in every run.
fn overwrite(file: &Path, noise: u8) {
    let len = fs::metadata(file).unwrap().len();
    let mut state = u32::from(noise) + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    fs::write(file, (0..len).map(|_| next()).collect::<Vec<u8>>()).unwrap();
}

fn is_rebuilt(folder: &Path) {
    let model = Model::open(folder).unwrap();
    // Whatever of the file could be read, what follows is read from the log.
    model.apply(&story()).unwrap();
    let fresh = tempfile::tempdir().unwrap();
    assert_eq!(rows(&model), rows(&made(fresh.path(), 17)));
    drop(model);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_row_that_was_written_before_there_was_a_limit_is_read() {
    let written = write_row(&(Some(7_u32), None::<u8>, None::<u8>, None::<u8>, None::<u8>));
    let limits: Limits = read_row(&written).unwrap();
    assert_eq!(limits, Limits { mailbox: Some(7), ..Limits::default() });
}
