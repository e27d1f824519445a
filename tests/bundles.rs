//! Bundles: what `homing export` makes of an id tells the same elsewhere, and holds no text and no phone number.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use homing::debug::{Redaction, bundle};
use homing::log::{History, Recording};
use homing::query::{closure, why_from_log};
use homing::wire::why::WhyOf;
use homing::wire::{commit, to_value};
use homing::words::{Instant, MessageId};
use serde_json::{Value, json};
use support::leaks::{leaks, strings};
use support::recorded::{Told, event, stories, told};
use support::talk::{asks, online, outcome, says, says_all};
use support::world::story;
use support::{Ended, HOMING, golden, run};
use tempfile::TempDir;
use tokio::task::block_in_place;

/// Also on a busy machine.
const WITHIN: Duration = Duration::from_secs(120);

/// A folder without a server, in which one program runs after the other.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn homing(&self, args: &[&str]) -> Ended {
        let mut command = Command::new(HOMING);
        command.args(args).current_dir(self.folder.path());
        command.env_remove("NATS_URL").env_remove("HOMING_USER").env_remove("HOMING_CONFIG");
        run(command.env_remove("HOMING_DATA"), WITHIN)
    }

    fn done(&self, args: &[&str]) -> String {
        self.homing(args).succeeded(&args.join(" ")).stdout
    }

    /// What went wrong, told to a person.
    fn refused(&self, args: &[&str]) -> String {
        let ended = self.homing(args);
        assert!(!ended.status.success(), "{args:?}: {ended:?}");
        ended.stderr
    }

    fn why(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[&["why", "--json"], args].concat())).unwrap()
    }

    /// Exports into a file of this name and imports from it; gives the id there.
    fn elsewhere(&self, id: &str, from: &[&str], name: &str) -> String {
        let made = self.done(&[&["export", id, "--json", "--out", name], from].concat());
        let made: Value = serde_json::from_str(&made).unwrap();
        self.done(&["import", name, "--data", &format!("{name}.data")]);
        made["about"].as_str().unwrap().to_owned()
    }
}

/// A story without what is replaced, and without what is of the log that was asked.
fn unredacted(mut story: Value) -> Value {
    for of_log in ["read_until", "as_of"] {
        story.as_object_mut().unwrap().remove(of_log);
    }
    let keys = story.to_string();
    let keys: Vec<&str> = keys
        .split("nkey U")
        .map(|piece| piece.get(55..).filter(|_| is_key(piece)).unwrap_or(piece))
        .collect();
    let story = numbered_alike(&keys.join("nkey #"), '+', 7);
    serde_json::from_str(&numbered_alike(&story, '-', 1)).unwrap()
}

fn is_key(piece: &str) -> bool {
    piece.bytes().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count() == 55
}

/// With one number for all that stand behind a sign; what has fewer digits stays.
fn numbered_alike(text: &str, sign: char, digits_min: usize) -> String {
    let mut pieces = text.split(sign);
    let mut whole = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let is_number =
            digits >= digits_min && (sign == '+' || whole.ends_with(|char: char| char.is_ascii_lowercase()));
        whole.push(sign);
        whole += if is_number { "#" } else { &piece[..digits] };
        whole += &piece[digits..];
    }
    whole
}

/// A field of a known name that appears anywhere else, and anything else that people write, is found here.
#[test]
fn nothing_of_a_text_or_a_phone_is_in_what_is_redacted() {
    let file = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/commits.txt")).unwrap();
    let lines = golden::read(&file).unwrap().into_iter().zip(1..);
    let golden =
        lines.map(|(line, seq)| event(seq, Instant::default(), &commit::decode(&line.bytes).unwrap()));
    let golden = Told { commands: Vec::new(), events: golden.collect() };
    let mut redacted = 0;
    for (name, Told { commands, events }) in stories().into_iter().chain([("golden".to_owned(), golden)]) {
        let mut redaction = Redaction::default();
        for event in &events {
            let is = redaction.event(event.clone()).unwrap();
            assert_eq!(leaks(event, &is, None), Vec::<String>::new(), "{name}: {}", event.seq);
            assert_eq!((event.seq, event.at, &event.subject), (is.seq, is.at, &is.subject));
            assert!(is.commit().is_ok());
            redacted += 1;
        }
        for command in &commands {
            let is = redaction.command(command.clone());
            let verb = is.subject.splitn(4, '.').last().unwrap().to_owned();
            assert_eq!(leaks(command, &is, Some(&verb)), Vec::<String>::new(), "{name}: {}", command.subject);
            redacted += 1;
        }
        redaction.must_be_whole().unwrap();
    }
    assert!(redacted > 2_000, "{redacted}");
}

/// Whoever has the file can ask all that could be asked of the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_asked_tells_the_same_of_its_bundle() {
    let desk = Desk::new();
    let (mut asked, mut ends) = (0, BTreeMap::<String, usize>::new());
    for (name, story) in stories() {
        let (path, of_all) = (desk.at(&name), desk.at("redacted"));
        story.write(&path);
        let mut whole = Redaction::default();
        story.redacted(&mut whole).write(&of_all);
        let [log, redacted] = [path, of_all].map(|path| History::from(Recording::open(&path).unwrap()));
        for id in ids(&story) {
            let mut redaction = Redaction::default();
            let (file, about) = (desk.at("bundle"), redaction.id_asked(&id));
            let commits = closure(&log, &id, |_, _| {}).await.unwrap();
            bundle(&log, &file, (about.clone(), commits), redaction, |_, _| {}).await.unwrap();
            let there = why(&History::from(Recording::open(&file).unwrap()), &about).await;
            assert_eq!(there, why(&redacted, &whole.id_asked(&id)).await, "{name} {id}");
            if id.parse::<MessageId>().is_ok() {
                // It says of a message what became of it, which is nothing that is redacted.
                assert_eq!(there, why(&log, &id).await, "{name} {id}");
                for one in there["recipients"].as_array().into_iter().flatten() {
                    *ends.entry(one["state"].as_str().unwrap().to_owned()).or_default() += 1;
                }
            }
            asked += 1;
        }
    }
    assert!(asked > 250, "{asked}");
    for end in ["delivered", "read", "filtered", "recalled", "expired", "failed", "planned"] {
        assert!(ends.contains_key(end), "{end}: {ends:?}");
    }
}

async fn why(log: &History, id: &str) -> Value {
    let asked = WhyOf { id: id.to_owned(), limit: Some(1_000), ..WhyOf::default() };
    let told = why_from_log(log, asked, |_, _| {}).await.unwrap_or_else(|why| panic!("{id}: {why:?}"));
    unredacted(serde_json::to_value(told).unwrap())
}

/// Of each story the messages, schedules and groups that are in it, its users, some of its commands, and what the SMSC calls some.
fn ids(story: &Told) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for event in &story.events {
        let shown = to_value(&event.payload).unwrap();
        strings(&shown, &mut Vec::new(), &mut |names, text| {
            match names.last().map(String::as_str) {
                Some("message") if names.iter().any(|name| name == "message.accepted") => {
                    ids.insert(text.to_owned())
                }
                Some("schedule") => ids.insert(text.to_owned()),
                Some("user" | "im") if names.iter().any(|name| name == "user.registered") => {
                    ids.insert(text.to_owned())
                }
                Some("group") if names.iter().any(|name| name == "group.created") => {
                    ids.insert(format!("#{text}"))
                }
                Some("phone") if names.iter().any(|name| name == "details") => ids.insert(text.to_owned()),
                Some("ids") if names.iter().any(|name| name == "attempt.accepted") => {
                    ids.insert(format!("smsc:{text}"))
                }
                Some(_) | None => false,
            };
        });
        if shown["facts"][0]["command.refused"].is_object() {
            ids.insert(format!("c{}", shown["command"]));
        }
    }
    // A phone that was given to somebody and taken away again is nobody's: nothing is known by it.
    let last = |text: &str| {
        story.events.iter().rev().find_map(|event| {
            let shown = to_value(&event.payload).unwrap();
            let details = &shown["facts"][0]["user.changed"]["details"];
            details.get("phone").map(|phone| phone == text)
        })
    };
    ids.retain(|id| !id.starts_with('+') || last(id).unwrap_or(true));
    // Of each kind but messages a few: each is read three times over.
    let mut taken = BTreeMap::<char, usize>::new();
    ids.retain(|id| {
        let kind = id.chars().next().filter(|first| !first.is_ascii_digit()).unwrap_or('0');
        let of_kind = taken.entry(kind).or_default();
        *of_kind += 1;
        *of_kind <= OF_A_KIND || id.parse::<MessageId>().is_ok()
    });
    ids
}

/// Ids of a story that begin alike, messages aside.
const OF_A_KIND: usize = 2;
/// With her who writes to them.
const MEMBERS: usize = 500;
const STRANGER: &str = "+447700900998";

#[test]
fn a_message_in_a_group_of_500_tells_the_same_elsewhere() {
    story(|world| async move {
        let (log, homing) = (&world.log, world.serve("all", "decider,fanout,query"));
        let desk = Desk::new();
        let message = a_message_to_many(log).await;
        let url = world.server.url();
        let from = ["--nats", url.as_str()];
        let told = asks(log, "_admin", "why", json!({ "id": message, "limit": 1_000 })).await;
        assert_eq!(told["recipients"].as_array().unwrap().len(), MEMBERS - 1);
        let (_, known) = block_in_place(|| (desk.elsewhere(&message, &from, "class"), desk.at("class")));
        let there = ["--data", "class.data"];
        let is = block_in_place(|| desk.why(&[&[message.as_str(), "--limit", "1000"], &there[..]].concat()));
        assert_eq!(unredacted(told.clone()), unredacted(is));
        assert!(told.to_string().contains(STRANGER));
        for to in ["bob", "p7", "p400", "p21"] {
            let was = asks(log, "_admin", "why", json!({ "id": message, "to": to })).await;
            let is = block_in_place(|| desk.why(&[&[message.as_str(), to], &there[..]].concat()));
            assert_eq!(unredacted(was), unredacted(is), "{to}");
        }
        let raw = String::from_utf8_lossy(&fs::read(&known).unwrap()).into_owned();
        assert!(raw.contains("p400") && raw.contains("message.accepted"), "it can be searched");
        for told in ["at nine", "Class 3b", "447700900", "a-rare-id", "Bobby"] {
            assert!(!raw.contains(told), "{told} is in it");
        }
        block_in_place(|| {
            let asked = ["--with-texts", "--with-numbers", "--nats", url.as_str()];
            desk.elsewhere(&message, &asked, "asked");
            let raw = String::from_utf8_lossy(&fs::read(desk.at("asked")).unwrap()).into_owned();
            assert!(raw.contains("at nine") && raw.contains("447700900") && !raw.contains("Bobby"));
            let is = desk.why(&[&message, "--limit", "1000", "--data", "asked.data"]);
            let same = |mut story: Value| {
                story.as_object_mut().unwrap().remove("as_of");
                story
            };
            assert_eq!(same(told), same(is));
            assert!(homing.stop().success());
        });
        world.server.stop().await.unwrap();
    });
}

/// Of five hundred a fifth have a phone, a tenth are online, one has blocked her who sends it, and one has no account.
async fn a_message_to_many(log: &homing::log::Log) -> String {
    says(log, "_admin", "user.register", json!({ "name": "alice" })).await;
    says(log, "_admin", "user.register", json!({ "name": "bob", "phone": "+447700900001" })).await;
    says(log, "alice", "contact.add", json!({ "who": "bob", "alias": "Bobby" })).await;
    let people: Vec<String> = (3..MEMBERS).map(|n| format!("p{n}")).collect();
    let named = people.iter().zip(3..).map(|(name, n)| {
        let phone = (n % 5 == 0).then(|| format!("+447700900{n:03}"));
        ("_admin".to_owned(), "user.register", json!({ "name": name, "phone": phone }))
    });
    says_all(log, named).await;
    for name in people.iter().filter(|name| name.ends_with('1')) {
        online(log, name).await;
    }
    let whom: Vec<&str> = people.iter().map(String::as_str).chain(["bob"]).collect();
    let group = json!({ "name": "Class 3b", "members": whom, "confirm": false, "cap": MEMBERS });
    assert_eq!(outcome(log, "alice", "group.create", group).await["group"], "3001");
    says(log, "alice", "group.invite", json!({ "group": "3001", "who": [STRANGER] })).await;
    let yes = json!({ "connector": "main", "from": STRANGER, "called": "service", "text": "YES" });
    says(log, "_sms", "phone.received", yes).await;
    says(log, "p7", "contact.block", json!({ "who": "alice" })).await;
    let said = json!({ "to": ["#3001"], "text": "at nine, ask +447700900999", "id": "a-rare-id" });
    let sent = outcome(log, "alice", "message.send", said).await;
    sent["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_message_of_each_kind_tells_the_same_elsewhere() {
    let desk = Desk::new();
    for (name, id, want) in [
        ("sms", "m3", "delivered"),
        ("channels", "m17", "filtered"),
        ("deadlines", "m4", "expired"),
        ("refused", "c3", "refused"),
    ] {
        let (_, story) = stories().into_iter().find(|(its, _)| its == name).unwrap();
        story.write(&desk.at(name));
        let here = desk.why(&[id, "--file", name]);
        let bundle = format!("{name}-{id}");
        let there = desk.elsewhere(id, &["--file", name], &bundle);
        assert_eq!(there, id);
        let data = format!("{bundle}.data");
        assert_eq!(unredacted(desk.why(&[id, "--data", &data])), unredacted(here.clone()), "{name}");
        assert!(here.to_string().contains(want), "{name} {id}: {here}");
        let events = desk.done(&["events", "--data", &data]);
        assert!(!events.is_empty());
    }
}

#[test]
fn what_was_imported_is_read_and_nothing_runs_on_it() {
    let desk = Desk::new();
    let story = "09:00:00 _admin user.register {\"name\":\"bob\",\"phone\":\"+447700900001\"}\n\
                 09:00:01 bob profile.set {\"nickname\":\"Bobby\"}\n";
    told(story).write(&desk.at("all"));
    // A phone goes by its number in the file, which names no other.
    let there = desk.elsewhere("+447700900001", &["--file", "all"], "bob");
    assert_eq!(there, "+12005550100");
    assert_eq!(desk.why(&[&there, "--data", "bob.data"])["id"], "bob");
    let whole = desk.homing(&["export", "--all", "--file", "all", "--out", "whole"]);
    assert!(whole.stderr.contains("will hold all texts, names, phone numbers"), "{whole:?}");
    assert!(String::from_utf8_lossy(&fs::read(desk.at("whole")).unwrap()).contains("Bobby"));
    for (args, want) in [
        (&["import", "bob", "--data", "bob.data"][..], "bob.data is not empty: name another folder"),
        (&["up", "--data", "bob.data", "--nats-port", "0"], "no Homing runs on it"),
        (&["serve", "--data", "bob.data"], "no Homing runs on it"),
        (&["events", "--follow", "--data", "bob.data"], "leave --follow out"),
        (&["why", "bob", "--user", "bob", "--data", "bob.data"], "leave --user out"),
        (&["export", "bob", "--file", "all", "--out", "bob"], "bob is there already"),
        (&["export", "zed", "--file", "all", "--out", "zed"], "nothing is known by zed"),
    ] {
        let why = desk.refused(args);
        assert!(why.contains(want), "{args:?}: {why}");
    }
    assert!(!desk.at("zed").exists());
    let bytes = fs::read(desk.at("bob")).unwrap();
    for (name, bytes) in
        [("cut", &bytes[..bytes.len() - 1]), ("changed", &[&bytes[..99], &[0], &bytes[100..]].concat())]
    {
        fs::write(desk.at(name), bytes).unwrap();
        let why = desk.refused(&["import", name, "--data", "torn.data"]);
        assert!(why.contains("it was cut or changed since it was made"), "{name}: {why}");
        assert!(!desk.at("torn.data").exists());
    }
}
