//! What a whole SMS to the service number means: STOP, START, HELP and their kin, in English, French and Chinese.

/// A command of one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Stop,
    Start,
    Help,
}

/// Also as an answer to a person's message: no one who writes this to a person means anything else.
const STOP_ANYWHERE: [&str; 5] = ["STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "退订"];
/// 47 CFR 64.1200(a)(10) names stop, quit, end, revoke, opt out, cancel and unsubscribe.
const STOP: [&str; 9] = ["QUIT", "END", "REVOKE", "OPTOUT", "OPT OUT", "OPT-OUT", "CANCEL", "取消", "ARRET"];
/// YES is an answer to an invitation first; without one it means what providers take it for.
const START: [&str; 4] = ["START", "UNSTOP", "YES", "同意"];
const HELP: [&str; 3] = ["HELP", "INFO", "帮助"];

/// The command that a text to the bare service number is.
pub(super) fn to_the_service(text: &str) -> Option<Keyword> {
    let said = normal(text);
    let is = |words: &[&str]| words.contains(&said.as_str());
    if is(&STOP_ANYWHERE) || is(&STOP) {
        Some(Keyword::Stop)
    } else if is(&START) {
        Some(Keyword::Start)
    } else {
        is(&HELP).then_some(Keyword::Help)
    }
}

/// Whether a text to a person is the wish to get no SMS.
pub(super) fn is_stop(text: &str) -> bool {
    STOP_ANYWHERE.contains(&normal(text).as_str())
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
            ("Start", Some(Keyword::Start)),
            ("帮助？", Some(Keyword::Help)),
            ("stop it", None),
            ("", None),
            ("?", None),
        ] {
            assert_eq!(to_the_service(text), want, "{text:?}");
        }
        assert!(is_stop("Stop!") && !is_stop("cancel") && !is_stop("stop by tonight"));
    }
}
