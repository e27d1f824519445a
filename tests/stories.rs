//! Whole stories, told as text files and compared whole: commands in, commits and outcomes out, no server.
//!
//! `UPDATE_STORIES=1 cargo test --test stories` writes what the rules say now into the files; read the difference.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use support::pure_decider::PureDecider;
use support::tale::tell;
use support::{golden, tale};

/// While the stories are written anew, nobody reads them half.
static FILES: Mutex<()> = Mutex::new(());

fn check(path: &Path, now: &str) {
    if std::env::var_os("UPDATE_STORIES").is_some() {
        fs::write(path, now).expect("the file can be written");
    }
    let then = fs::read_to_string(path).unwrap_or_default();
    let differing = then.lines().zip(now.lines()).find(|(then, now)| then != now);
    assert!(then == now, "{} tells it otherwise, first at {differing:#?}", path.display());
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

#[test]
fn every_story_is_told_as_it_was() {
    let _alone = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let mut stories = 0;
    for entry in fs::read_dir(folder("stories")).unwrap() {
        let path = entry.unwrap().path();
        let then = fs::read_to_string(&path).unwrap();
        check(&path, &tell(&then, &mut PureDecider::default()));
        stories += 1;
    }
    assert!(stories >= 5, "the stories are gone");
}

/// What is written down once is read for ever. `UPDATE_STORIES` adds what is missing, and never writes a line anew.
#[test]
fn the_bytes_of_the_golden_file_are_read_and_every_kind_of_commit_is_among_them() {
    let _alone = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let path = folder("golden/commits.txt");
    let mut lines = golden::read(&fs::read_to_string(&path).unwrap_or_default()).unwrap();
    let missing = golden::missing(&lines, every_commit());
    if std::env::var_os("UPDATE_STORIES").is_some() && !missing.is_empty() {
        lines.extend(missing);
        fs::write(&path, golden::written(&lines)).expect("the file can be written");
        lines = golden::read(&fs::read_to_string(&path).unwrap()).unwrap();
    } else {
        let missing: Vec<_> = missing.iter().map(|line| line.subject.as_str()).collect();
        assert!(missing.is_empty(), "UPDATE_STORIES adds these new kinds of commits: {missing:#?}");
    }
    assert!(lines.len() > 100, "the golden file is gone");
    let trouble: Vec<String> = lines.iter().filter_map(golden::trouble).collect();
    assert!(trouble.is_empty(), "{trouble:#?}");
}

/// Of all stories, in their order.
fn every_commit() -> Vec<golden::Line> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder("stories"))
        .expect("there are stories")
        .map(|entry| entry.expect("they can be listed").path())
        .collect();
    paths.sort();
    let commits = paths.iter().flat_map(|path| {
        let mut decider = PureDecider::default();
        tell(&fs::read_to_string(path).expect("a story can be read"), &mut decider);
        decider.log.into_iter().map(|(subject, bytes)| golden::Line { subject, bytes })
    });
    commits.collect()
}

#[test]
fn a_line_of_the_golden_file_is_neither_altered_nor_dropped_unnoticed() {
    let _alone = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let written = golden::written(&every_commit());
    assert_eq!(golden::read(&written).map(|lines| lines.len()), Ok(every_commit().len()));
    let lines: Vec<&str> = written.lines().collect();
    let without = |place: usize| {
        let rest = lines.iter().enumerate().filter(|(other, _)| *other != place);
        rest.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    let digit = written.rfind('0').unwrap();
    let altered = format!("{}1{}", &written[..digit], &written[digit + 1..]);
    let shortened = written.strip_suffix("\n").unwrap().rsplit_once('\n').unwrap().0.to_owned();
    let swapped = [&lines[..1], &[lines[2], lines[1]], &lines[3..]].concat().join("\n") + "\n";
    for (what, changed) in
        [("altered", altered), ("the last", shortened), ("the first", without(1)), ("swapped", swapped)]
    {
        assert!(golden::read(&changed).is_err(), "{what}");
    }
}

/// A field that was renamed or lost is trouble; one that was added with a default is none.
#[test]
fn a_commit_that_the_program_reads_otherwise_than_it_was_written_is_trouble() {
    let _alone = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let line = every_commit().swap_remove(0);
    assert_eq!(golden::trouble(&line), None);
    let named = |name: &[u8]| line.bytes.windows(name.len()).position(|window| window == name).unwrap();
    for (name, other) in [(&b"details"[..], &b"detales"[..]), (b"user.registered", b"user.regestered")] {
        let mut bytes = line.bytes.clone();
        let place = named(name);
        bytes[place..place + name.len()].copy_from_slice(other);
        assert!(golden::trouble(&golden::Line { bytes, ..line.clone() }).is_some());
    }
}

#[test]
fn a_story_says_words_bare_and_times_as_times() {
    let fact = serde_json::from_str(r#"{"timer.set":{"timer":"expire-m4","due":1796117400000}}"#).unwrap();
    assert_eq!(tale::fact(&fact), "timer.set timer expire-m4, due @09:30:00");
    let json = r#"{"why":"on \"my\" way","im":"100001","n":[1,true]}"#;
    assert_eq!(tale::brief(json), r#"{why "on \"my\" way", im "100001", n [1, true]}"#);
    for (said, ms) in [("09:30:00", 1_796_117_400_000_i64), ("08T09:30:00.250", 1_796_722_200_250)] {
        assert_eq!(
            tale::payload(&format!(r#"{{"due":@{said},"a":"@b"}}"#)),
            format!(r#"{{"due":{ms},"a":"@b"}}"#)
        );
        assert_eq!(tale::brief(&ms.to_string()), format!("@{said}"));
    }
}
