//! The keywords of a whole SMS to the service number: STOP, START, HELP and their kin, in English, French and Chinese.

use crate::words::Called;

/// A command of one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Stop,
    Start,
    Help,
    /// To an invitation.
    Yes,
    No,
    /// To an invitation, or without one STOP.
    Cancel,
}

/// Also as an answer to a person's message: no one who writes this to a person means anything else.
const STOP_ANYWHERE: [&str; 5] = ["STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "退订"];
/// 47 CFR 64.1200(a)(10) names stop, quit, end, revoke, opt out, cancel and unsubscribe.
const STOP: [&str; 8] = ["QUIT", "END", "REVOKE", "OPTOUT", "OPT OUT", "OPT-OUT", "ARRET", "ARRÊT"];
const CANCEL: [&str; 2] = ["CANCEL", "取消"];
const START: [&str; 2] = ["START", "UNSTOP"];
/// Without an invitation it means what providers take it for: START.
const YES: [&str; 2] = ["YES", "同意"];
const NO: [&str; 2] = ["NO", "拒绝"];
const HELP: [&str; 3] = ["HELP", "INFO", "帮助"];

/// The command that a text to the bare service number is.
fn to_the_service(text: &str) -> Option<Keyword> {
    let said = normal(text);
    let is = |words: &[&str]| words.contains(&said.as_str());
    if is(&STOP_ANYWHERE) || is(&STOP) {
        Some(Keyword::Stop)
    } else if is(&START) {
        Some(Keyword::Start)
    } else if is(&YES) {
        Some(Keyword::Yes)
    } else if is(&NO) {
        Some(Keyword::No)
    } else if is(&CANCEL) {
        Some(Keyword::Cancel)
    } else {
        is(&HELP).then_some(Keyword::Help)
    }
}

/// The command that a text is, by the number it was sent to. To a person or a group only the wish to get no SMS is one.
pub(super) fn understood(called: &Called, text: &str) -> Option<Keyword> {
    match called {
        Called::Service => to_the_service(text),
        Called::Im(_) | Called::App(..) => {
            STOP_ANYWHERE.contains(&normal(text).as_str()).then_some(Keyword::Stop)
        }
        Called::Other => None,
    }
}

/// Whether a text is the wish to get SMS, or can be that to get none.
pub fn wish(called: &Called, text: &str) -> Option<bool> {
    match understood(called, text)? {
        // Where CANCEL answers an invitation it is none, and costs a moment.
        Keyword::Stop | Keyword::Cancel => Some(false),
        Keyword::Start => Some(true),
        Keyword::Help | Keyword::Yes | Keyword::No => None,
    }
}

/// Upper case, without surrounding punctuation, single spaces.
fn normal(text: &str) -> String {
    let words = text.trim_matches(|c: char| !c.is_alphanumeric()).split_whitespace();
    words.collect::<Vec<_>>().join(" ").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_is_the_word_and_nothing_else() {
        for (text, want) in [
            ("STOP", Some(Keyword::Stop)),
            (" stop. ", Some(Keyword::Stop)),
            ("\u{201c}Stop all!\u{201d}", Some(Keyword::Stop)),
            ("退订", Some(Keyword::Stop)),
            ("opt-out", Some(Keyword::Stop)),
            ("Arret", Some(Keyword::Stop)),
            ("Arrêt !", Some(Keyword::Stop)),
            ("Start", Some(Keyword::Start)),
            ("帮助？", Some(Keyword::Help)),
            ("Yes!", Some(Keyword::Yes)),
            ("拒绝", Some(Keyword::No)),
            ("cancel", Some(Keyword::Cancel)),
            ("stop it", None),
            ("", None),
            ("?", None),
        ] {
            assert_eq!(to_the_service(text), want, "{text:?}");
        }
        let to_a_person = Called::Im("100001".parse().unwrap());
        for (text, want) in
            [("Stop!", Some(false)), ("cancel", None), ("start", None), ("stop by tonight", None)]
        {
            assert_eq!(wish(&to_a_person, text), want, "{text:?}");
        }
    }
}
