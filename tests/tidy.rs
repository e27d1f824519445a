//! The borders that Rust does not draw inside a crate: which room may use which, and what a file owes its reader.

#[path = "support/documents.rs"]
#[allow(dead_code, reason = "their blocks are for the tests that run them")]
mod documents;
#[path = "support/rust_source.rs"]
mod rust_source;

use std::fs;
use std::path::Path;

use documents::{Document, broken_links, lacks_for_rustdoc};
use rust_source::{Source, branches, modules, paths, test_modules, words};

/// Each room and the rooms it may use besides itself. A consumer room stands in no other's list but `console`'s, and the
/// decider in that of `debug`, which decides again by the same code: consumers talk through subjects only, so that each can run
/// alone, twice, or on another machine.
const ROOMS: &[(&str, May)] = &[
    ("words", May::Use(&[])),
    ("rules", May::Use(&["words"])),
    ("wire", May::Use(&["words", "rules"])),
    ("log", May::Use(&["words", "wire"])),
    ("server", May::Use(&["words", "wire", "log"])),
    ("decider", CONSUMER),
    ("fanout", CONSUMER),
    ("scheduler", CONSUMER),
    ("presence", CONSUMER),
    ("channel", CONSUMER),
    ("smpp", May::Use(&["words"])),
    ("sms", ADAPTER),
    ("mms", ADAPTER),
    ("voice", ADAPTER),
    ("gate", CONSUMER),
    ("debug", May::Use(&["words", "rules", "wire", "log", "decider"])),
    ("query", May::Use(&["words", "rules", "wire", "log", "debug"])),
    ("console", May::Use(&["words", "wire", "query", "debug"])),
    ("cli", May::UseAllAbove),
    ("lab", May::UseAllAbove),
];

enum May {
    Use(&'static [&'static str]),
    /// All that stand above it in the table.
    UseAllAbove,
}

const CONSUMER: May = May::Use(&["words", "rules", "wire", "log"]);
const ADAPTER: May = May::Use(&["words", "rules", "wire", "log", "channel", "smpp"]);

const PURE: &[&str] = &["words", "rules", "wire"];
/// What a pure room never says: waiting, clocks, chance (an order that differs from run to run too), I/O, log lines.
const IMPURE_CODE: &[&str] = &["async", ".await", "tokio", "async_nats", "rand", "tracing", "Utc::now"];
const IMPURE_STD: &[&str] = &[
    "std::collections::HashMap",
    "std::collections::HashSet",
    "std::env",
    "std::io",
    "std::net",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];
/// As impure, but a golden test reads its files.
const IMPURE_BUT_IN_TESTS: &[&str] = &["std::fs"];

const LINES_MAX: usize = 400;
/// "Why it exists" takes at least a few words.
const PURPOSE_CHARS_MIN: usize = 20;
const UNFINISHED: &[&str] = &["#[ignore", "thread::sleep", "todo!(", "unimplemented!("];
const PRINTING: &[&str] = &["println!", "print!", "eprintln!", "eprint!"];

#[test]
fn a_room_uses_only_the_rooms_that_the_table_allows() {
    check_all(&["src"], borders);
}

#[test]
fn a_pure_room_knows_no_clock_chance_or_outside() {
    check_all(&["src"], purity);
}

#[test]
fn no_file_is_longer_than_a_person_reads_at_once() {
    check_all(&["src", "tests"], length);
}

#[test]
fn a_file_says_first_why_it_exists_and_a_room_its_invariants() {
    check_all(&["src"], purpose);
}

#[test]
fn nothing_is_ignored_slept_through_or_left_to_do() {
    check_all(&["src", "tests"], finished);
}

#[test]
fn only_the_command_line_prints() {
    check_all(&["src"], printing);
}

#[test]
fn a_link_in_a_document_leads_somewhere() {
    let documents = Document::all();
    let found = documents.iter().any(|document| document.path == "src/wire/README.md");
    assert!(found, "the documents are gone");
    let complaints: Vec<_> = documents.iter().flat_map(broken_links).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_document_of_a_room_stands_in_the_documentation_of_its_code() {
    let complaints: Vec<_> = Document::all().iter().flat_map(lacks_for_rustdoc).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn the_architecture_names_each_room_and_what_it_may_use() {
    let architecture = Document::open("src/README.md").text;
    let is_there = |room: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room).is_dir();
    for (room, may) in ROOMS.iter().filter(|(room, _)| is_there(room)) {
        let name = if PURE.contains(room) { format!("| `{room}` (pure) |") } else { format!("| `{room}` |") };
        let uses = match may {
            May::Use([]) => "–".to_owned(),
            May::Use(rooms) => rooms.join(", "),
            May::UseAllAbove => "all above".to_owned(),
        };
        let row = architecture.lines().find(|line| line.starts_with(&name));
        assert!(
            row.is_some_and(|row| row.ends_with(&format!("| {uses} |"))),
            "{room} may use {uses}: {row:?}"
        );
    }
}

#[test]
fn the_document_of_the_tests_names_each_program() {
    let document = Document::open("tests/README.md").text;
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")).expect("there are tests");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    let programs = paths.filter(|path| path.extension().is_some() || path.join("main.rs").exists());
    for program in programs.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())) {
        assert!(document.contains(&format!("`{program}`")) || program == "README", "{program} is not named");
    }
}

#[test]
fn the_checker_of_documents_finds_what_is_planted() {
    let planted = |path: &str, text: &str| Document { path: path.to_owned(), text: text.to_owned() };
    for (text, want) in [
        ("See [x](nothing.md).", &["src/README.md:1: there is no nothing.md"][..]),
        ("\n[x](#nowhere)", &["src/README.md:2: src/README.md has no heading #nowhere"]),
        (
            "[x](wire/README.md#commands) [y](wire/README.md#lost)",
            &["src/README.md:1: src/wire/README.md has no heading #lost"],
        ),
        (
            "[x][y]\n\n[z]: ../gone.json",
            &["src/README.md:1: [y] is defined nowhere", "src/README.md:3: there is no ../gone.json"],
        ),
        ("# A `b`, c\n[x](#a-b-c) `[y](z)` [w](https://example.com)\n```text\n[y](z)\n```\n", &[]),
    ] {
        assert_eq!(broken_links(&planted("src/README.md", text)), want, "planted: {text}");
    }
    let lacking = lacks_for_rustdoc(&planted("src/README.md", "[x](wire/README.md)"));
    assert_eq!(lacking, ["src/README.md:1: src/lib.rs defines no label for wire/README.md"]);
}

const PURPOSE: &str = "//! A purpose that a newcomer can use.\n";
const RULES: [fn(&Source) -> Vec<String>; 6] = [borders, purity, length, purpose, finished, printing];

#[test]
fn the_checker_finds_what_is_planted() {
    let long = "\n".repeat(LINES_MAX);
    for (path, text, want) in [
        ("src/words/a.rs", "use crate::rules::Fact;", "2: words may not use rules"),
        (
            "src/sms/a.rs",
            "use crate::wire;\nuse crate::{\n words::Phone,\n fanout::{x, y},\n};",
            "5: sms may not use fanout",
        ),
        ("src/query/a.rs", "fn f() { crate::cli::run() }", "2: query may not use cli"),
        ("src/sms/a.rs", "use homing::fanout::x;", "2: sms may not use fanout"),
        ("src/sms/a/b.rs", "use super::super::super::{words, fanout::x};", "2: sms may not use fanout"),
        ("src/sms/mod.rs", "//! Invariant: none.\nuse super::fanout;", "3: sms may not use fanout"),
        (
            "src/sms/a.rs",
            "mod b {\n fn f() { super::super::super::fanout::x() }\n}",
            "3: sms may not use fanout",
        ),
        ("src/smpp/a.rs", "use crate::rules::Fact;", "2: smpp may not use rules"),
        ("src/channel/a.rs", "use crate::smpp::pdu;", "2: channel may not use smpp"),
        ("src/cli/a.rs", "use crate::lab::bench;", "2: cli may not use lab"),
        ("src/console/a.rs", "use crate::log::Fault;", "2: console may not use log"),
        ("src/attic/a.rs", "", "1: attic is no room"),
        ("src/helpers.rs", "", "1: helpers is no room"),
        ("src/wire/a.rs", "async fn f() {}", "2: pure, but says async"),
        ("src/wire/a.rs", "use std::time::{Duration, Instant};", "2: pure, but says std::time::Instant"),
        ("src/rules/a.rs", "use std::{fmt, io::{self, Read}};", "2: pure, but says std::io"),
        (
            "src/rules/a.rs",
            "use std::fs;\n#[cfg(test)]\nmod tests {\n use std::fs;\n}",
            "2: pure, but says std::fs",
        ),
        ("src/rules/a.rs", "fn f() { std::thread::spawn(g) }", "2: pure, but says std::thread"),
        (
            "src/rules/a.rs",
            "use std::collections::{BTreeMap, HashMap};",
            "2: pure, but says std::collections::HashMap",
        ),
        ("src/wire/a.rs", "use std::env::var;", "2: pure, but says std::env"),
        ("src/rules/a.rs", "fn f() { 'a'; '\"'; now(Utc::now()) }", "2: pure, but says Utc::now"),
        ("src/sms/a.rs", &long, "401: longer than 400 lines"),
        ("src/sms/a.rs", "#[test]\n#[ignore]\nfn f() {}", "3: says #[ignore"),
        ("tests/a.rs", "std::thread::sleep(x);", "2: says thread::sleep"),
        ("src/sms/a.rs", "fn f() { todo!() }", "2: says todo!("),
        ("src/sms/a.rs", "println!();", "2: prints with println!"),
        ("src/sms/a.rs", "eprint!();", "2: prints with eprint!"),
        ("src/sms/mod.rs", "", "1: a room without an Invariant: line"),
    ] {
        let planted = Source::new(path, format!("{PURPOSE}{text}"));
        let found: Vec<_> = RULES.iter().flat_map(|rule| rule(&planted)).collect();
        assert_eq!(found, [format!("{path}:{want}")], "planted: {text}");
    }
}

#[test]
fn the_checker_leaves_alone_what_is_allowed() {
    for (path, first) in
        [("src/a/b.rs", "use std::fmt;"), ("src/main.rs", "fn main() {}"), ("src/a/b.rs", "//! Short.")]
    {
        assert_eq!(
            purpose(&Source::new(path, first.into())),
            [format!("{path}:1: does not say why it exists")]
        );
    }
    for (path, allowed) in [
        (
            "src/rules/mod.rs",
            "//! Invariant: none.\nuse std::time::Duration; use crate::rules::x; // tokio, println!\n",
        ),
        (
            "src/wire/a.rs",
            "/* async; todo!() */ fn f<'a>() { g(\"tokio \\\" rand\", r#\"std::io \"x\"\"#, '\"') }",
        ),
        ("src/wire/a.rs", "#[cfg(test)]\nmod tests {\n use std::fs;\n}"),
        ("src/rules/a.rs", "pub(in crate::rules) fn operand(strand: u8) {}"),
        ("src/cli/a.rs", "use crate::{fanout, sms}; println!()"),
        ("src/lab/a.rs", "use crate::cli::output; println!()"),
        ("src/sms/a/b.rs", "use super::super::fanout;\nmod c {\n use super::super::super::fanout;\n}"),
        ("src/main.rs", "use homing::cli; eprintln!()"),
    ] {
        let fine = Source::new(path, format!("{PURPOSE}{allowed}"));
        let found: Vec<_> = RULES.iter().flat_map(|rule| rule(&fine)).collect();
        assert_eq!(found, [] as [String; 0], "allowed: {allowed}");
    }
}

fn borders(source: &Source) -> Vec<String> {
    let Some(own) = source.room() else { return Vec::new() };
    let Some((place, (_, may))) = ROOMS.iter().enumerate().find(|(_, (room, _))| *room == own) else {
        return vec![source.at(0, format!("{own} is no room"))];
    };
    let may_use = |room: &str| match may {
        May::Use(rooms) => rooms.contains(&room),
        May::UseAllAbove => ROOMS.iter().take(place).any(|(above, _)| *above == room),
    };
    let from_root = ["crate", "homing"].into_iter().flat_map(|root| paths(&source.code, root));
    let mut complaints = Vec::new();
    for (at, path) in from_root.chain(climbs(source)) {
        let room = path.split("::").nth(1).unwrap_or_default();
        if room != own && !may_use(room) {
            complaints.push(source.at(at, format!("{own} may not use {room}")));
        }
    }
    complaints.dedup();
    complaints
}

/// The paths of `super::` that climb to the crate's root, written from there.
fn climbs(source: &Source) -> Vec<(usize, String)> {
    let file = source.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let inline = modules(&source.code);
    let mut climbs = Vec::new();
    for start in words(&source.code, "super") {
        if source.code[..start].ends_with("::") {
            continue;
        }
        let depth = file.split('/').count() + inline.iter().filter(|module| module.contains(&start)).count();
        let to_root = "super::".repeat(depth);
        let mut paths = Vec::new();
        branches(&source.code, start, "", &mut paths);
        let from_root =
            |(at, path): (usize, String)| Some((at, format!("crate::{}", path.strip_prefix(&to_root)?)));
        climbs.extend(paths.into_iter().filter_map(from_root));
    }
    climbs
}

fn purity(source: &Source) -> Vec<String> {
    if !source.room().is_some_and(|room| PURE.contains(&room)) {
        return Vec::new();
    }
    let says = |at, what: &str| source.at(at, format!("pure, but says {what}"));
    let mut complaints = source.says(IMPURE_CODE, "pure, but says");
    let tests = test_modules(&source.code);
    for (at, path) in paths(&source.code, "std") {
        let in_tests = source.is_test() || tests.iter().any(|module| module.contains(&at));
        let but = IMPURE_BUT_IN_TESTS.iter().filter(|_| !in_tests);
        let begins = |with: &&&str| path == **with || path.starts_with(&format!("{with}::"));
        complaints.extend(IMPURE_STD.iter().chain(but).find(begins).map(|what| says(at, what)));
    }
    complaints.dedup();
    complaints
}

fn length(source: &Source) -> Vec<String> {
    let over = source.text.lines().count() > LINES_MAX;
    over.then(|| format!("{}:{}: longer than {LINES_MAX} lines", source.path, LINES_MAX + 1))
        .into_iter()
        .collect()
}

fn purpose(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    let first = source.text.lines().next().and_then(|line| line.strip_prefix("//! ")).unwrap_or("").trim();
    if first.chars().count() < PURPOSE_CHARS_MIN || !first.ends_with(['.', ':', ';', ',', '!', '?', ')']) {
        complaints.push(source.at(0, "does not say why it exists"));
    }
    let rooms_own = source.path.ends_with("/mod.rs") && source.path.matches('/').count() == 2;
    if rooms_own && !source.text.lines().any(|line| line.starts_with("//! Invariant: ")) {
        complaints.push(source.at(0, "a room without an Invariant: line"));
    }
    complaints
}

fn finished(source: &Source) -> Vec<String> {
    source.says(UNFINISHED, "says")
}

fn printing(source: &Source) -> Vec<String> {
    let may_print = !source.path.starts_with("src/") || matches!(source.room(), None | Some("cli" | "lab"));
    if may_print { Vec::new() } else { source.says(PRINTING, "prints with") }
}

fn check_all(folders: &[&str], rule: fn(&Source) -> Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in folders {
        read_below(root, &root.join(folder), &mut sources);
    }
    assert!(sources.len() > folders.len(), "nothing to check under {folders:?}");
    let complaints: Vec<_> = sources.iter().flat_map(rule).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn read_below(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    let entries = fs::read_dir(folder).expect("the package's folders can be read");
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("an entry of them too").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read_below(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("it is below").to_string_lossy().replace('\\', "/");
            sources.push(Source::new(&name, fs::read_to_string(&path).expect("a source is UTF-8")));
        }
    }
}
