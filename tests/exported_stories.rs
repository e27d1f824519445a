//! Exported stories: what `homing export --as-test` makes of a log is a story that is told as it stands, and ends as the log has it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::process::Command;
use std::time::Duration;

use homing::debug::{Redaction, as_test};
use homing::log::{History, Recording};
use homing::query::closure;
use homing::wire::to_value;
use support::pure_decider::PureDecider;
use support::recorded::{Told, stories, told};
use support::tale::tell;
use support::{HOMING, run};

const WITHIN: Duration = Duration::from_secs(60);

/// The messages and refused commands of a story.
fn ids(story: &Told) -> Vec<String> {
    let shown = story.events.iter().map(|event| to_value(&event.payload).unwrap());
    let ids = shown.filter_map(|commit| {
        let first = &commit["facts"][0];
        let refused = first["command.refused"].is_object().then(|| format!("c{}", commit["command"]));
        first["message.accepted"]["message"].as_str().map(str::to_owned).or(refused)
    });
    ids.collect()
}

/// Some ends hang on what many others did: a quota, a full mailbox, an id that was used. Those say that they differ.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exported_story_is_told_as_it_stands_and_ends_as_the_log_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let (mut messages, mut refusals) = (Ends::default(), Ends::default());
    for (name, story) in stories() {
        story.write(&path);
        let log = History::from(Recording::open(&path).unwrap());
        for id in ids(&story) {
            let commits = closure(&log, &id, |_, _| {}).await.unwrap();
            let tale = as_test(&log, &id, &commits, Redaction::default()).await.unwrap();
            let again = tell(&tale.text, &mut PureDecider::default());
            assert_eq!(again, tale.text, "{name} {id}");
            let ends = if id.starts_with('m') { &mut messages } else { &mut refusals };
            match tale.left_out.is_empty() {
                true => ends.same += 1,
                false => ends.others.push(format!("{name} {id}: {}", tale.left_out.join("; "))),
            }
        }
    }
    let said = format!("{messages:#?}{refusals:#?}");
    assert!(messages.same > 20 * messages.others.len(), "{said}");
    assert!(refusals.same > refusals.others.len(), "{said}");
}

#[derive(Debug, Default)]
struct Ends {
    same: usize,
    others: Vec<String>,
}

#[test]
fn the_command_line_writes_a_story_without_texts_and_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let story = told(
        r##"09:00:00 _admin user.register {"name":"zoe"}
09:00:01 _admin user.register {"name":"alice"}
09:00:02 _admin user.register {"name":"bob","phone":"+447700900001"}
09:00:03 zoe message.send {"to":["alice"],"text":"something else"}
09:00:04 alice group.create {"name":"Class 3b","members":["bob"],"confirm":false}
09:00:05 bob presence.online {"device":"pc","class":"pc"}
09:00:06 bob presence.lapsed {"user":"bob","device":"pc","since":6}
09:00:07 _lease presence.lapsed {"user":"bob","device":"pc","since":6}
09:00:08 alice message.send {"to":["#3001"],"text":"at nine","id":"rare"}
09:00:09 _sms attempt.ask {"deliveries":[{"message":"m4","to":"alice"},{"message":"m9","to":"bob"}]}
"##,
    );
    story.write(&folder.path().join("log"));
    let mut export = Command::new(HOMING);
    export.args(["export", "m9", "--as-test", "--file", "log", "--out", "late.story"]);
    let ended = run(export.current_dir(folder.path()).env_remove("NATS_URL"), WITHIN).succeeded("export");
    assert_eq!(ended.stdout, "late.story tells it in 7 commands\n");
    let text = std::fs::read_to_string(folder.path().join("late.story")).unwrap();
    assert_eq!(tell(&text, &mut PureDecider::default()), text);
    for want in [
        "_lease presence.lapsed {\"device\":\"pc\",\"since\":4,\"user\":\"bob\"}",
        "accepted m6",
        "attempt.granted channel sms, message m6, to bob, phone +12005550100",
    ] {
        assert!(text.contains(want), "{want}: {text}");
    }
    for told in ["at nine", "Class 3b", "447700900001", "rare", "zoe"] {
        assert!(!text.contains(told), "{told}: {text}");
    }
}
