//! `homing replay` and `homing bisect` on a real log: what was so at a moment, forwards and backwards, with no network at all.

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command as Program, Stdio};
use std::time::Duration;

use homing::debug::replay::{Moment, Player, Predicate};
use homing::debug::{Take, record};
use homing::log::History;
use homing::rules::State;
use serde_json::{Value, json};
use support::sequence::publish_some;
use support::world::{World, registers, says, story, told};
use support::{Child, Ended, HOMING, left_out, run};
use tokio::task::block_in_place;
use tokio::time::timeout;

const WITHIN: Duration = Duration::from_secs(120);

/// Commands of all kinds, decided and recorded. The last one registers zoe.
async fn recorded(world: &World, file: &Path) {
    let homing = world.serve("data", "decider");
    publish_some(&world.log, 20).await;
    let mut outcomes = world.log.client().subscribe("homing.outcome.>").await.expect("a subject");
    world.log.client().flush().await.expect("the server answers");
    let last = says(&world.log, "_admin", &registers("zoe", None)).await;
    timeout(WITHIN, told(&mut outcomes, last)).await.expect("it is decided");
    assert!(block_in_place(|| homing.stop()).success());
    let history = History::from(&world.log);
    record(&history, file, Take::default(), |_, _| {}).await.expect("the log is there");
}

/// Where the network is denied: a namespace of its own, without even a loopback that is up.
fn sealed(file: &Path, args: &[&str]) -> Program {
    let mut program = Program::new("unshare");
    program.args(["--map-root-user", "--net", HOMING]).args(args).arg("--file").arg(file);
    program.env_remove("NATS_URL").stdin(Stdio::null());
    program
}

fn can_deny() -> bool {
    let tried =
        Program::new("unshare").args(["--map-root-user", "--net", "true"]).stdin(Stdio::null()).output();
    tried.is_ok_and(|tried| tried.status.success())
}

fn value(ended: &Ended) -> Value {
    let first = ended.stdout.lines().next().unwrap_or_default();
    serde_json::from_str(first).unwrap_or_else(|_| panic!("{}{}", ended.stdout, ended.stderr))
}

#[test]
fn a_replay_needs_no_network() {
    if !can_deny() {
        left_out("unshare, and leave to make namespaces");
        return;
    }
    story(|world| async move {
        let file = world.folder.path().join("day.recording");
        recorded(&world, &file).await;
        let replay = |args: &[&str]| block_in_place(|| run(&mut sealed(&file, args), WITHIN));
        let shown = value(&replay(&["replay", "--json", "--show", "zoe"]).succeeded("a recording"));
        assert_eq!(shown["seq"], shown["last"]);
        assert_eq!(shown["shown"]["user.zoe"]["presence"], "offline", "{shown}");
        let before = shown["last"].as_u64().expect("a number") - 1;
        let before = before.to_string();
        let shown = value(&replay(&["replay", "--json", "--until", &before, "--show", "zoe"]));
        assert_eq!(shown["shown"]["user.zoe"], Value::Null, "{shown}");
        let changed = value(&replay(&["replay", "--json", "--since", &before]));
        let paths = changed["changed"].as_array().expect("a list");
        assert_eq!(paths.len(), 1, "{changed}");
        assert_eq!(paths[0]["path"], "user.zoe");
        let first = value(&replay(&["bisect", "--json", "user.zoe"]).succeeded("she is there at last"));
        assert_eq!(first["seq"].to_string(), (before.parse::<u64>().expect("a number") + 1).to_string());
        assert_eq!(replay(&["bisect", "user.zoe.sms == off"]).status.code(), Some(1));
        for wrong in ["what is this", "user.zoe.smss == off", "user.zoe.sms == of"] {
            assert_eq!(replay(&["bisect", wrong]).status.code(), Some(2), "{wrong}");
        }
        assert_eq!(replay(&["replay", "--step", "--show", "zoe"]).status.code(), Some(2));
        let by_hand = Child::spawn(
            sealed(&file, &["replay", "--step", "--until", &before])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped()),
        );
        let words =
            "show zoe\nnext zoe\ndiff\nback\nshow zoe\nnonsense\ngo 1\nback\nback\nshow alice\nnext\nquit\n";
        let said = block_in_place(|| talk(by_hand, words));
        let lines: Vec<&str> = said.lines().collect();
        let none = lines.iter().filter(|line| **line == "user.zoe: there is none").count();
        assert_eq!(none, 2, "before she came, and after going back: {said}");
        assert!(said.contains("user.alice: there is none"), "back behind the first one: {said}");
        assert_eq!(said.matches("#1 ").count(), 2, "by going there, and as the next one: {said}");
        assert!(said.contains("user.registered user zoe") && said.contains("user.zoe: - -> {"), "{said}");
    });
}

fn talk(mut child: Child, words: &str) -> String {
    child.take_stdin().write_all(words.as_bytes()).expect("it listens");
    let said = std::io::read_to_string(child.take_stdout()).expect("it speaks");
    assert!(child.ended_within(WITHIN).is_some_and(|status| status.success()), "{said}");
    said
}

/// The state that comes of the records up to each place, the long way round.
#[test]
fn forwards_and_backwards_the_state_is_what_the_log_comes_to() {
    story(|world| async move {
        let file = world.folder.path().join("day.recording");
        recorded(&world, &file).await;
        let recording = homing::log::Recording::open(&file).expect("it was just made");
        let recording = std::sync::Arc::new(recording);
        let last = recording.ends("EVENTS").last;
        let mut player = Player::begin(recording.clone()).expect("it begins with the log");
        let mut states: Vec<(u64, State)> = vec![(0, State::default())];
        while let Some(played) = player.advance().expect("it is whole") {
            if played.seq.0.is_multiple_of(37) {
                states.push((played.seq.0, player.state().clone()));
            }
        }
        assert!(last > 300 && states.len() > 8, "{last} records");
        let order = [3, 7, 1, 8, 2, 2, 0, 5];
        for place in order {
            let (seq, state) = &states[place];
            player.go_to(homing::words::EventSeq(*seq), |_| {}).expect("it is whole");
            assert_eq!(state.differing(player.state()), Vec::<&str>::new(), "at {seq}");
            assert_eq!(player.position().0, *seq);
        }
        let live = |args: &[&str]| {
            let mut program = Program::new(HOMING);
            program.args(["replay", "--json", "--show", "zoe", "--nats", &world.server.url()]).args(args);
            program.arg("--data").arg(world.folder.path().join("data")).stdin(Stdio::null());
            value(&block_in_place(|| run(program.env_remove("NATS_URL"), WITHIN)))
        };
        let (whole, from_snapshot) = (live(&[]), live(&["--from-snapshot"]));
        assert_eq!(whole["seq"], json!(last));
        for same in ["seq", "users", "groups", "schedules", "open", "shown"] {
            assert_eq!(whole[same], from_snapshot[same], "{same}");
        }
        let history = player.history();
        let end = Moment::End.place(&history).await.expect("it is read");
        assert_eq!(end.0, last);
        let zoe: Predicate = "user.zoe.presence == offline".parse().expect("a predicate");
        player.go_to(end, |_| {}).expect("it is whole");
        assert!(zoe.holds(&player).expect("it is whole"));
        let shown = player.shown(&"zoe".parse().expect("a thing")).expect("it is whole");
        assert_eq!((&shown["user"], &shown["sms"]), (&json!("zoe"), &json!("on")));
    });
}
