//! `homing sms count`: what a text costs as short messages, before anybody pays for it.

use std::io::Read;

use crate::cli::choice::choice;
use crate::cli::output::{Failure, Output};
use crate::rules::Rejection;
use crate::rules::message::TEXT_BYTES_MAX;
use crate::smpp::text::{Alphabet, Count, Language, Long, Style, count};

/// Count the short messages that a text takes, and say why
///
/// Example: homing sms count "It’s 5 € …"
///
/// A short message holds 160 characters of the GSM alphabet (153 where there are several), or 70 (67) of UCS-2. One
/// character outside the GSM alphabet puts the whole text into UCS-2; it is named. The characters ^ { } \ [ ~ ] | and
/// € count twice. Smart mapping turns curly quotes, dashes and the like into plain ones where that keeps the whole text
/// in the GSM alphabet. Nothing is sent.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The text, or - for standard input
    text: String,
    /// What data_coding 0 means at the SMSC
    #[arg(long, default_value = Alphabet::Gsm7.as_str(), value_parser = choice::<Alphabet>(Alphabet::NAMES))]
    alphabet: Alphabet,
    /// How a long text is carried: its parts have less room with a header
    #[arg(long, default_value = Long::Udh8.as_str(), value_parser = choice::<Long>(Long::NAMES))]
    long: Long,
    /// Leave typographic characters as they are
    #[arg(long)]
    no_smart: bool,
    /// Languages whose 7-bit tables may be used; not every phone has them
    #[arg(long, value_delimiter = ',', value_parser = choice::<Language>(Language::NAMES))]
    national: Vec<Language>,
}

pub(super) fn run(args: Args, output: Output) -> Result<(), Failure> {
    let text = if args.text == "-" { standard_input()? } else { args.text };
    let Args { alphabet, long, no_smart, national, .. } = args;
    let style = Style { alphabet, long, smart: !no_smart, national, ..Style::default() };
    let counted = count(&text, &style);
    output.result(&counted, || {
        let smarter = no_smart.then(|| count(&text, &Style { smart: true, ..style.clone() }));
        lines(&counted, smarter.as_ref(), style.segments_max).join("\n")
    });
    Ok(())
}

/// Without the line end that programs print last.
fn standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    let enough = TEXT_BYTES_MAX as u64 + 3;
    let read = std::io::stdin().lock().take(enough).read_to_string(&mut text);
    read.map_err(|error| Failure::failed(format!("could not read text from standard input: {error}")))?;
    let line_end = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text).len());
    text.truncate(line_end.unwrap_or(text.len()));
    if text.len() > TEXT_BYTES_MAX {
        return Err(Failure::refused(Rejection::text_too_long(text.len(), TEXT_BYTES_MAX)));
    }
    Ok(text)
}

fn lines(counted: &Count, smarter: Option<&Count>, segments_max: u8) -> Vec<String> {
    let mut lines = vec![format!(
        "{}: {}, {} of {}, {} left in {}",
        encoding(counted),
        many(counted.characters, "character"),
        many(counted.segments, "segment"),
        many(counted.units, "unit"),
        counted.left,
        if counted.segments == 1 { "it" } else { "the last" },
    )];
    if !counted.smart.is_empty() {
        let mapped = counted.smart.iter().map(|one| format!("{} to {:?}", shown(one.from), one.to));
        lines.push(format!("smart mapping turned {}", listed(mapped)));
    }
    if !counted.forced.is_empty() {
        lines.push(format!("forced by {}", listed(counted.forced.iter().map(|c| shown(*c)))));
    }
    if let Some(smarter) = smarter.filter(|smarter| smarter.encoding != counted.encoding) {
        let segments = many(smarter.segments, "segment");
        lines.push(format!("with smart mapping it would be {} of {}", segments, encoding(smarter)));
    }
    if counted.segments > usize::from(segments_max) {
        lines.push(format!("too long to be sent: at most {segments_max} segments are"));
    }
    lines
}

fn encoding(counted: &Count) -> String {
    let tables = [("locking", counted.locking), ("single shift", counted.single)];
    let tables = tables.into_iter().filter_map(|(kind, language)| Some(format!("{} {kind}", language?)));
    let tables = listed(tables);
    if tables.is_empty() { counted.encoding.to_owned() } else { format!("{} ({tables})", counted.encoding) }
}

fn many(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn listed(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// By its number too, for what looks like something else or like nothing.
fn shown(c: char) -> String {
    format!("{} (U+{:04X})", c.escape_debug(), u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_told_in_a_few_lines() {
        let check = |text: &str, smart, national: &[Language], want: &[&str]| {
            let style = Style { smart, national: national.to_vec(), ..Style::default() };
            let smarter = (!smart).then(|| count(text, &Style { smart: true, ..style.clone() }));
            assert_eq!(lines(&count(text, &style), smarter.as_ref(), style.segments_max), want);
        };
        check("hi", true, &[], &["gsm7: 2 characters, 1 segment of 2 units, 158 left in it"]);
        check(
            "it’s",
            true,
            &[],
            &[
                "gsm7: 4 characters, 1 segment of 4 units, 156 left in it",
                "smart mapping turned ’ (U+2019) to \"'\"",
            ],
        );
        check(
            "it’s",
            false,
            &[],
            &[
                "ucs2: 4 characters, 1 segment of 4 units, 66 left in it",
                "forced by ’ (U+2019)",
                "with smart mapping it would be 1 segment of gsm7",
            ],
        );
        check(
            &"ж".repeat(71),
            true,
            &[],
            &["ucs2: 71 characters, 2 segments of 71 units, 63 left in the last", "forced by ж (U+0436)"],
        );
        check(
            "şş",
            true,
            &[Language::Turkish],
            &["gsm7 (turkish locking): 2 characters, 1 segment of 2 units, 153 left in it"],
        );
        check(
            &"a".repeat(21 * 153),
            true,
            &[],
            &[
                "gsm7: 3213 characters, 21 segments of 3213 units, 0 left in the last",
                "too long to be sent: at most 20 segments are",
            ],
        );
    }
}
