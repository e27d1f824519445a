//! The recipients and the text of a message, from the command line or standard input.

use std::io::{IsTerminal, Read};

use crate::cli::output::Failure;
use crate::rules::Rejection;
use crate::rules::message::TEXT_BYTES_MAX;
use crate::words::{Address, WordError};

/// Recipients as they are written: one, or several with commas between.
pub(in crate::cli) fn addresses(text: &str) -> Result<Vec<Address>, WordError> {
    text.split(',').map(address).collect()
}

/// One of them: people put a space behind a comma.
pub(in crate::cli) fn address(text: &str) -> Result<Address, WordError> {
    text.trim().parse()
}

/// With `--to` all words are the text; otherwise the first one names the recipients.
pub(super) fn recipients_and_text(
    to: Vec<Address>,
    words: Vec<String>,
) -> Result<(Vec<Address>, Option<String>), Failure> {
    let mut words = words.into_iter();
    let to = match (to.is_empty(), words.len()) {
        (true, 0) => {
            return Err(Failure::usage("name a recipient, as in homing send bob \"on my way\"".to_owned()));
        }
        (true, _) => {
            let named = words.next().unwrap_or_default();
            addresses(&named).map_err(|error| Failure::usage(format!("{named:?} is {error}")))?
        }
        (false, 2..) => {
            return Err(Failure::usage("with --to only the text follows: put it in quotes".to_owned()));
        }
        (false, _) => to,
    };
    Ok((to, words.next()))
}

/// The text given, or standard input for `-` or, where a text is `needed`, for none.
pub(super) fn read(given: Option<String>, needed: bool) -> Result<Option<String>, Failure> {
    let piped = || !std::io::stdin().is_terminal();
    match given {
        Some(text) if text == "-" => standard_input().map(Some),
        Some(text) => Ok(Some(text)),
        None if !needed => Ok(None),
        None if piped() => standard_input().map(Some),
        None => Err(Failure::usage("say what to send, as in homing send bob \"on my way\"".to_owned())),
    }
}

/// Without the line end that programs print last.
fn standard_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    // One byte too many, and a line end of two.
    let enough = TEXT_BYTES_MAX as u64 + 3;
    let read = std::io::stdin().lock().take(enough).read_to_end(&mut bytes);
    read.map_err(|error| Failure::failed(format!("could not read standard input: {error}")))?;
    let mut text = String::from_utf8(bytes).map_err(|_| {
        Failure::failed("standard input is not text in UTF-8; send it as a file with --attach".to_owned())
    })?;
    let line_end = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text).len());
    text.truncate(line_end.unwrap_or(text.len()));
    if text.len() > TEXT_BYTES_MAX {
        return Err(Failure::refused(Rejection::text_too_long(text.len(), TEXT_BYTES_MAX)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_names_the_recipients_unless_an_option_does() {
        let bob: Vec<Address> = vec!["bob".parse().unwrap()];
        let check = |to: &[Address], words: &[&str], want: Option<(&str, Option<&str>)>| {
            let words = words.iter().map(|&word| word.to_owned()).collect();
            let got = recipients_and_text(to.to_vec(), words)
                .ok()
                .map(|(to, text)| (to.iter().map(ToString::to_string).collect::<Vec<_>>().join(","), text));
            assert_eq!(got.as_ref().map(|(to, text)| (to.as_str(), text.as_deref())), want);
        };
        check(&[], &["bob", "hi"], Some(("bob", Some("hi"))));
        check(&[], &["bob,+8613800138000,100002", "hi"], Some(("bob,+8613800138000,100002", Some("hi"))));
        check(&[], &["bob, zoe", "hi"], Some(("bob,zoe", Some("hi"))));
        check(&[], &["bob"], Some(("bob", None)));
        check(&bob, &["hi"], Some(("bob", Some("hi"))));
        check(&bob, &[], Some(("bob", None)));
        check(&bob, &["carol", "hi"], None);
        check(&[], &["Bob", "hi"], None);
        check(&[], &["bob,", "hi"], None);
        check(&[], &[], None);
    }
}
