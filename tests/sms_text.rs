//! Short messages are counted, and their tables read, as other people's libraries do; where they differ, here is why.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use homing::smpp::text::{Charset, Fragment, Language, Reading, Style, count, fragment, join, segment};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use support::{peers, run, say};

const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
const RANDOM_TEXTS_LEN: usize = 600;
const CODES: std::ops::Range<u8> = 0..128;
const ESCAPE: u8 = 0x1b;

/// What a library says of a text.
#[derive(Debug, PartialEq, Deserialize)]
struct Said {
    encoding: String,
    segments: usize,
    left: usize,
}

#[derive(Debug, Deserialize)]
struct Counted {
    /// sms-segments-calculator
    calculated: Said,
    /// split-sms
    split: Said,
}

#[test]
fn texts_are_counted_as_two_other_libraries_count_them() {
    let Some(folder) = peers::sms_counters() else { return };
    let ask = |texts: &[String]| -> Vec<Counted> {
        answer(Command::new("node").arg(folder.join("count.mjs")), &json!(texts))
    };
    let known: Vec<_> = known().into_iter().collect();
    let (texts, wanted): (Vec<_>, Vec<_>) = known.into_iter().unzip();
    for ((text, theirs), want) in texts.iter().zip(ask(&texts)).zip(wanted) {
        let ours = counted(text);
        assert_eq!(ours.segments, want, "{text:?}");
        agree(text, &ours, &theirs);
    }
    let random = drawn(&single_characters());
    random.iter().zip(ask(&random)).for_each(|(text, theirs)| agree(text, &counted(text), &theirs));
    // The calculator keeps together what a reader sees as one character, at the price of room; split-sms and we keep
    // code points whole, as phones put the parts together before they show them.
    let clusters = drawn(&clusters());
    let mut dearer = 0;
    for (text, Counted { calculated, split }) in clusters.iter().zip(ask(&clusters)) {
        let ours = counted(text);
        assert_eq!(ours, in_our_words(split), "{text:?}");
        assert!(calculated.segments >= ours.segments, "{text:?}: {calculated:?}, {ours:?}");
        dearer += usize::from(calculated.segments > ours.segments);
    }
    assert!(dearer > 0, "the calculator differs nowhere: compare it whole");
    say(&format!(
        "{} known and {} random texts are counted as both count them; {} with clusters as split-sms does",
        texts.len(),
        random.len(),
        clusters.len()
    ));
}

fn agree(text: &str, ours: &Said, Counted { calculated, split }: &Counted) {
    for theirs in [calculated, split] {
        let (encoding, segments, left) = (in_our_name(&theirs.encoding), theirs.segments, theirs.left);
        assert_eq!(
            (ours.encoding.as_str(), ours.segments, ours.left),
            (encoding, segments, left),
            "{text:?}"
        );
    }
}

/// Smart mapping is off, as it is in both by default.
fn counted(text: &str) -> Said {
    let counted = count(text, &Style { smart: false, ..Style::default() });
    Said { encoding: counted.encoding.to_owned(), segments: counted.segments, left: counted.left }
}

fn in_our_words(said: Said) -> Said {
    Said { encoding: in_our_name(&said.encoding).to_owned(), ..said }
}

fn in_our_name(encoding: &str) -> &'static str {
    match encoding {
        "GSM-7" | "GSM" => "gsm7",
        "UCS-2" | "Unicode" => "ucs2",
        other => panic!("nobody knows {other}"),
    }
}

/// Texts at the borders, and the segments they are known to take.
fn known() -> Vec<(String, usize)> {
    let times = |text: &str, times: usize| text.repeat(times);
    vec![
        (String::new(), 1),
        ("hello".to_owned(), 1),
        (times("a", 160), 1),
        (times("a", 161), 2),
        (times("a", 306), 2),
        (times("a", 307), 3),
        (times("€", 80), 1),
        (times("€", 80) + "a", 2),
        (times("a", 152) + "€" + &times("a", 20), 2),
        (times("a", 159) + "€", 2),
        (times("a", 158) + "€", 1),
        (times("ж", 70), 1),
        (times("ж", 71), 2),
        (times("ж", 134), 2),
        (times("ж", 135), 3),
        (times("😀", 35), 1),
        (times("😀", 36), 2),
        (times("ж", 66) + "😀" + &times("ж", 10), 2),
        ("naïve café".to_owned(), 1),
        ("Ça va; ça non".to_owned(), 1),
        (times("[", 76) + "a" + &times("]", 76), 2),
        ("a\r\nb\n".to_owned(), 1),
    ]
}

/// Texts in which every code point is a character of its own.
fn single_characters() -> BoxedStrategy<String> {
    prop_oneof![
        "[ -~]{0,500}",
        "[ -_a-~\n\r]{0,500}",
        "[a-z\\[\\]{}^~|\\\\€]{120,480}",
        "[@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà]{0,480}",
        "[А-Яа-яё ]{0,300}",
        "[😀-😿]{20,120}",
        "[a-zж😀€]{30,300}",
        "[a-zA-Z0-9 .,]{150,330}[’“é€]{0,2}",
        "ж{60,70}[😀a]{0,5}ж{0,70}",
        "a{150,160}[€a]{0,5}a{0,150}",
    ]
    .boxed()
}

/// Letters with marks, families, flags: several code points that are seen as one.
fn clusters() -> BoxedStrategy<String> {
    let cluster = proptest::sample::select(vec!["e\u{301}", "👨\u{200d}👩\u{200d}👧", "🇩🇪", "👍🏽", "ж", "a"]);
    proptest::collection::vec(cluster, 20..150).prop_map(|clusters| clusters.concat()).boxed()
}

/// The same at every run.
fn drawn(texts: &BoxedStrategy<String>) -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let draw = |_| texts.new_tree(&mut runner).expect("nothing is filtered out").current();
    (0..RANDOM_TEXTS_LEN).map(draw).collect()
}

#[derive(Debug, Deserialize)]
struct Tables {
    /// By National Language Identifier and code; `None` where they refuse.
    locking: Vec<Vec<Option<String>>>,
    single: Vec<Vec<Option<String>>>,
    iso: BTreeMap<String, Vec<Option<String>>>,
    texts: Vec<Option<String>>,
}

/// Table, languages, code, what gsmcodecs 1.0.0 reads, what we read.
type Deviation = (&'static str, std::ops::RangeInclusive<u8>, u8, Option<&'static str>, &'static str);

/// Where we read something else, and why.
const DEVIATIONS: &[Deviation] = &[
    // The Indian tables have the apostrophe behind the escape at 0x09 and no other comma: 0x2C is the comma of ASCII,
    // and so Android reads it.
    ("locking", 4..=13, 0x2c, Some("'"), ","),
    // The specification repeats U+0CAA, which stands at 0x3D, where the alphabet goes on with U+0CA1; Android too
    // calls it a slip.
    ("locking", 7..=7, 0x24, Some("\u{caa}"), "\u{ca1}"),
    // Twelve of the thirteen tables have the euro here; Android has it in this one as well.
    ("single", 12..=12, 0x65, None, "€"),
];

#[test]
fn tables_are_those_of_gsmcodecs_and_of_python() {
    let Some(python) = peers::sms_tables() else { return };
    let sent = national_texts();
    let septets = |sent: &Fragment| {
        let id = |language: Option<Language>| language.map_or(0, Language::id);
        json!({ "locking": id(sent.locking), "single": id(sent.single), "septets": sent.octets })
    };
    let asked: Vec<_> = sent.iter().map(|(_, sent)| septets(sent)).collect();
    let theirs: Tables =
        answer(Command::new(python).arg(peers::manifests().join("sms/tables.py")), &json!(asked));
    let mut compared = 0;
    for (name, tables) in [("locking", &theirs.locking), ("single", &theirs.single)] {
        for (id, table) in (0..).zip(tables) {
            for (code, theirs) in CODES.zip(table) {
                same(name, id, code, theirs.as_deref());
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 2 * 14 * 128);
    for ((text, sent), theirs) in sent.iter().zip(&theirs.texts) {
        assert_eq!(theirs.as_ref(), Some(text), "{sent:?}");
    }
    for charset in [Charset::Iso8859_5, Charset::Iso8859_8] {
        for (code, theirs) in (0..=u8::MAX).zip(&theirs.iso[charset.as_str()]) {
            let reading = Reading { overrides: BTreeMap::from([(0, charset)]), ..Reading::default() };
            let ours = join(&[fragment(&[code], 0, false, &reading)]);
            assert_eq!(ours, theirs.as_deref().unwrap_or("\u{fffd}"), "{charset} {code:#04x}");
        }
    }
    say(&format!(
        "{compared} codes of 28 tables are read alike; {} texts of ours are read there",
        sent.len()
    ));
}

fn same(name: &str, id: u8, code: u8, theirs: Option<&str>) {
    let ours = if name == "locking" { read(id, 0, &[code]) } else { read(0, id, &[ESCAPE, code]) };
    let deviates = |(table, ids, at, ..): &&Deviation| *table == name && ids.contains(&id) && *at == code;
    let want = match DEVIATIONS.iter().find(deviates) {
        Some((.., said, want)) => {
            assert_eq!(theirs, *said, "{name} {id} {code:#04x}: the deviation is none any more");
            (*want).to_owned()
        }
        // An escape that ends the text: they refuse it, a phone shows a space (TS 23.038 section 6.2.1).
        None if name == "locking" && code == ESCAPE => " ".to_owned(),
        // A code without a character: they refuse it. Behind an escape it is the one of the locking table (section
        // 6.2.1.1), here the default one; otherwise there is nothing to show.
        None => theirs.map_or_else(
            || if name == "single" { read(0, 0, &[code]) } else { "\u{fffd}".to_owned() },
            str::to_owned,
        ),
    };
    assert_eq!(ours, want, "{name} {id} {code:#04x}");
}

/// Reads septets behind a header that names the tables.
fn read(locking: u8, single: u8, septets: &[u8]) -> String {
    let header = [6, 0x25, 1, locking, 0x24, 1, single];
    join(&[fragment(&[&header, septets].concat(), 0, true, &Reading::default())])
}

/// For each pair of languages a text of all that both have, as we send it.
fn national_texts() -> Vec<(String, Fragment)> {
    let mut sent = Vec::new();
    for (locking, single) in
        Language::ALL.iter().flat_map(|one| Language::ALL.iter().map(move |other| (one, other)))
    {
        let codes: Vec<u8> = CODES.filter(|code| *code != ESCAPE).collect();
        let of_locking = codes.iter().map(|code| read(locking.id(), 0, &[*code]));
        // Behind a code that no single shift table has stands the default alphabet: not meant here.
        let of_single = codes.iter().map(|code| read(0, single.id(), &[ESCAPE, *code]));
        let own = of_single.zip(&codes).filter(|(c, code)| *c != read(0, 0, &[**code])).map(|(c, _)| c);
        let said = |c: &String| !["\u{fffd}", ",", "\u{ca1}", "€"].contains(&c.as_str());
        let characters: Vec<_> = of_locking.chain(own).filter(said).collect();
        for some in characters.chunks(60) {
            let text = some.concat();
            let style = Style { national: vec![*locking, *single], smart: false, ..Style::default() };
            let segments = segment(&text, &style, 0).expect("sixty characters are short");
            for one in &segments {
                assert_eq!((one.data_coding, segments.len()), (0, 1), "{locking} {single} {text}");
                sent.push((
                    text.clone(),
                    fragment(&one.user_data, one.data_coding, one.udhi, &Reading::default()),
                ));
            }
        }
    }
    sent
}

/// What a peer prints, as JSON, when it is given a file of JSON.
fn answer<T: DeserializeOwned>(peer: &mut Command, question: &serde_json::Value) -> T {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file: &Path = &folder.path().join("question.json");
    fs::write(file, question.to_string()).expect("a temporary file can be written");
    let told = run(peer.arg(file), ANSWERS_WITHIN).succeeded("the peer");
    serde_json::from_str(&told.stdout).expect("the peer answers in JSON")
}
