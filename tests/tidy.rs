//! The borders that Rust does not draw inside a crate: which room may use which, and what a file owes its reader.

use std::fs;
use std::path::Path;

/// Each room and the rooms it may use besides itself. A consumer room stands in no other's list but `console`'s and
/// `cli`'s: consumers talk through subjects only, so that each can run alone, twice, or on another machine.
const ROOMS: &[(&str, &[&str])] = &[
    ("words", &[]),
    ("rules", &["words"]),
    ("wire", &["words", "rules"]),
    ("log", &["words", "wire"]),
    ("decider", CONSUMER),
    ("fanout", CONSUMER),
    ("scheduler", CONSUMER),
    ("presence", CONSUMER),
    ("sms", CONSUMER),
    ("mms", CONSUMER),
    ("voice", CONSUMER),
    ("gate", CONSUMER),
    ("query", CONSUMER),
    ("debug", CONSUMER),
    ("console", &["words", "wire", "query", "debug"]),
    ("cli", ALL),
];
const CONSUMER: &[&str] = &["words", "rules", "wire", "log"];
const ALL: &[&str] = &[
    "words",
    "rules",
    "wire",
    "log",
    "decider",
    "fanout",
    "scheduler",
    "presence",
    "sms",
    "mms",
    "voice",
    "gate",
    "query",
    "debug",
    "console",
];

const PURE: &[&str] = &["words", "rules", "wire"];
/// What a pure room never says: waiting, clocks, chance, I/O, log lines.
const IMPURE_CODE: &[&str] = &["async", ".await", "tokio", "async_nats", "rand", "tracing", "Utc::now"];
const IMPURE_STD: &[&str] = &["std::net", "std::io", "std::time::Instant", "std::time::SystemTime"];
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
fn the_checker_finds_what_is_planted() {
    const PURPOSE: &str = "//! A purpose that a newcomer can use.\n";
    let rules = [borders, purity, length, purpose, finished, printing];
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
        let found: Vec<_> = rules.iter().flat_map(|rule| rule(&planted)).collect();
        assert_eq!(found, [format!("{path}:{want}")], "planted: {text}");
    }
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
        ("src/main.rs", "use homing::cli; eprintln!()"),
    ] {
        let fine = Source::new(path, format!("{PURPOSE}{allowed}"));
        let found: Vec<_> = rules.iter().flat_map(|rule| rule(&fine)).collect();
        assert_eq!(found, [] as [String; 0], "allowed: {allowed}");
    }
}

fn borders(source: &Source) -> Vec<String> {
    let Some(own) = source.room() else { return Vec::new() };
    let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == own) else {
        return vec![source.at(0, format!("{own} is no room"))];
    };
    let mut complaints = Vec::new();
    for (at, path) in ["crate", "homing"].into_iter().flat_map(|root| paths(&source.code, root)) {
        let room = path.split("::").nth(1).unwrap_or_default();
        if room != own && !allowed.contains(&room) {
            complaints.push(source.at(at, format!("{own} may not use {room}")));
        }
    }
    complaints.dedup();
    complaints
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
    let may_print = !source.path.starts_with("src/") || matches!(source.room(), None | Some("cli"));
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

/// One file. `code` is its text with comments and literals blanked, byte for byte.
struct Source {
    path: String,
    text: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: String) -> Source {
        Source { path: path.to_owned(), code: code_only(&text), text }
    }

    /// The folder below `src/`; `None` for main.rs and lib.rs, which may use all.
    fn room(&self) -> Option<&str> {
        let below = self.path.strip_prefix("src/").filter(|path| !["main.rs", "lib.rs"].contains(path))?;
        below.split(['/', '.']).next()
    }

    /// By its name: the module that holds a room's tests.
    fn is_test(&self) -> bool {
        self.path.split(['/', '.']).any(|part| part == "tests" || part == "golden")
    }

    fn says(&self, needles: &[&str], complaint: &str) -> Vec<String> {
        let found = needles
            .iter()
            .flat_map(|needle| words(&self.code, needle).into_iter().map(move |at| (at, needle)));
        found.map(|(at, needle)| self.at(at, format!("{complaint} {needle}"))).collect()
    }

    fn at(&self, offset: usize, complaint: impl std::fmt::Display) -> String {
        format!("{}:{}: {complaint}", self.path, 1 + self.text[..offset].matches('\n').count())
    }
}

/// Where `needle` stands and is not a part of a longer word.
fn words(code: &str, needle: &str) -> Vec<usize> {
    let apart = |a: Option<char>, b: Option<char>| !(a.is_some_and(is_word) && b.is_some_and(is_word));
    let alone = |at: usize| {
        apart(code[..at].chars().next_back(), needle.chars().next())
            && apart(needle.chars().next_back(), code[at + needle.len()..].chars().next())
    };
    code.match_indices(needle).map(|(at, _)| at).filter(|at| alone(*at)).collect()
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// All paths from `root` on, with groups taken apart: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut paths = Vec::new();
    for at in words(code, root) {
        if code[at + root.len()..].starts_with("::") {
            branches(code, at, "", &mut paths);
        }
    }
    paths
}

/// Reads one tree of paths from `at`; returns where it ends.
fn branches(code: &str, mut at: usize, before: &str, paths: &mut Vec<(usize, String)>) -> usize {
    let blank = |at: usize| at + code[at..].len() - code[at..].trim_start().len();
    let name = code[at..].chars().take_while(|c| is_word(*c)).collect::<String>();
    let path = if before.is_empty() { name.clone() } else { format!("{before}::{name}") };
    let start = at;
    at += name.len();
    let Some(below) = code[at..].strip_prefix("::") else {
        paths.extend((!name.is_empty()).then_some((start, path)));
        return at;
    };
    at += 2;
    if !below.starts_with('{') {
        return branches(code, at, &path, paths);
    }
    while !code[at..].starts_with('}') && at < code.len() {
        at = branches(code, blank(at + 1), &path, paths);
        // What stands behind a name (`as x`) up to the next one.
        at += code[at..].find([',', '}']).unwrap_or(code.len() - at);
    }
    at + 1
}

/// The inside of each `#[cfg(test)] mod … { … }`.
fn test_modules(code: &str) -> Vec<std::ops::Range<usize>> {
    let module = |(at, mark): (usize, &str)| {
        let opens = at + code[at..].find('{')?;
        let header = code[at + mark.len()..opens].trim_start();
        header.starts_with("mod ").then(|| opens..opens + block_len(&code[opens..], '{', '}'))
    };
    code.match_indices("#[cfg(test)]").filter_map(module).collect()
}

/// The length of a block that may hold others of its kind.
fn block_len(text: &str, open: char, close: char) -> usize {
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(_, c)| {
        depth = if *c == open { depth + 1 } else { depth - usize::from(*c == close) };
        depth == 0
    });
    end.map_or(text.len(), |(at, c)| at + c.len_utf8())
}

fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    while code.len() < text.len() {
        let rest = &text[code.len()..];
        let (len, is_code) = token(rest);
        let blank = |c: char| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) };
        code.extend(rest[..len].chars().map(|c| if is_code { c.to_string() } else { blank(c) }));
    }
    code
}

/// How long the first token is, and whether it is code rather than a comment or a literal.
fn token(rest: &str) -> (usize, bool) {
    let until =
        |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let hashes = rest[word..].len() - rest[word..].trim_start_matches('#').len();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    if ["r", "br", "cr"].contains(&&rest[..word]) && rest[word + hashes..].starts_with('"') {
        (until(word + hashes + 1, &format!("\"{}", "#".repeat(hashes))), false)
    } else if word > 0 {
        (word, true)
    } else if rest.starts_with("//") {
        (rest.find('\n').unwrap_or(rest.len()), false)
    } else if rest.starts_with("/*") {
        (until(2, "*/"), false)
    } else if rest.starts_with('"') {
        (string_len(rest), false)
    } else if rest.starts_with("'\\") {
        (until(3, "'"), false)
    } else if rest.starts_with('\'') && rest.chars().nth(2) == Some('\'') {
        (until(1 + rest.chars().nth(1).map_or(0, char::len_utf8), "'"), false)
    } else {
        (first, true)
    }
}

fn string_len(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let closes = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    end.map_or(rest.len(), |(at, _)| at + 1)
}
