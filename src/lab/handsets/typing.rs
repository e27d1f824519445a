//! The parser of a line typed at the phones.

use crate::words::Phone;

pub(super) const HELP: &str =
    "+447700900001 12520100001 see you soon   that phone sends an SMS to that number
> see you soon                           the phone that got the last SMS replies to it
/last    which phone and which number that is
/phones  the phones that got or sent something
/quit    ends";
/// An address of SMPP (3.4, 5.2.9), without its NUL.
const ADDRESS_LEN_MAX: usize = 20;

#[derive(Debug, PartialEq)]
pub(super) enum Typed {
    Sms(Sms),
    Phones,
    Last,
    Help,
    Quit,
    Nothing,
    /// A word to the person.
    Hint(String),
}

/// What a phone sends.
#[derive(Debug, PartialEq)]
pub(super) struct Sms {
    pub(super) phone: Phone,
    pub(super) to: String,
    pub(super) text: String,
}

/// Understands a line; `last` is the phone that got the last SMS, and whom it answers.
pub(super) fn understand(line: &str, last: Option<&(Phone, String)>) -> Typed {
    if let Some(word) = line.strip_prefix('/') {
        return match word {
            "phones" => Typed::Phones,
            "last" => Typed::Last,
            "help" => Typed::Help,
            "quit" => Typed::Quit,
            other => Typed::Hint(format!("there is no /{other}; there are /phones, /last, /help and /quit")),
        };
    }
    if line.is_empty() {
        return Typed::Nothing;
    }
    let sms = match line.strip_prefix('>') {
        Some(text) => reply(text, last),
        None => message(line),
    };
    sms.map_or_else(Typed::Hint, Typed::Sms)
}

fn reply(text: &str, last: Option<&(Phone, String)>) -> Result<Sms, String> {
    let (phone, to) = last.ok_or("no phone has got an SMS yet that it can reply to")?;
    sms(*phone, to, text)
}

fn message(line: &str) -> Result<Sms, String> {
    let (phone, rest) = word(line);
    let phone = phone.parse().map_err(|error| format!("{phone:?} is {error}; /help tells how to write"))?;
    let (to, text) = word(rest);
    let digits = to.strip_prefix('+').unwrap_or(to);
    if !(1..=ADDRESS_LEN_MAX).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("{to:?} is no number to write to, as in 12520 or 12520100001"));
    }
    sms(phone, to, text)
}

fn sms(phone: Phone, to: &str, text: &str) -> Result<Sms, String> {
    match text.trim() {
        "" => Err("say what the phone sends, as in +447700900001 12520100001 see you soon".to_owned()),
        text => Ok(Sms { phone, to: to.to_owned(), text: text.to_owned() }),
    }
}

/// The first word and what follows.
fn word(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    line.split_once(char::is_whitespace).unwrap_or((line, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_sms_a_command_or_a_slip() {
        let last = ("+447700900002".parse().unwrap(), "12520100001".to_owned());
        let check = |line: &str, last, want: Option<(&str, &str, &str)>| {
            let got = match understand(line, last) {
                Typed::Sms(Sms { phone, to, text }) => Some((phone.to_string(), to, text)),
                Typed::Hint(_) => None,
                Typed::Phones | Typed::Last | Typed::Help | Typed::Quit | Typed::Nothing => {
                    panic!("{line} sends nothing")
                }
            };
            let got = got.as_ref().map(|(phone, to, text)| (phone.as_str(), to.as_str(), text.as_str()));
            assert_eq!(got, want, "{line}");
        };
        let soon = ("+447700900001", "12520100001", "see you  soon");
        check("+447700900001 12520100001 see you  soon", None, Some(soon));
        check("  +447700900001   +4912520  hi", None, Some(("+447700900001", "+4912520", "hi")));
        check("> ok", Some(&last), Some(("+447700900002", "12520100001", "ok")));
        check(">ok", Some(&last), Some(("+447700900002", "12520100001", "ok")));
        for slip in [
            "> ok",
            "hello",
            "07700900001 12520 hi",
            "+447700900001",
            "+447700900001 hi",
            "+447700900001 12520",
            "+447700900001 123456789012345678901 hi",
            "/leave",
        ] {
            check(slip, None, None);
        }
        check(">", Some(&last), None);
        for (line, want) in [
            ("/quit", Typed::Quit),
            ("/phones", Typed::Phones),
            ("/last", Typed::Last),
            ("/help", Typed::Help),
            ("", Typed::Nothing),
        ] {
            assert_eq!(understand(line, None), want);
        }
    }
}
