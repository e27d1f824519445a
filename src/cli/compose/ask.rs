//! A question in text (and, if it is wished, aloud), and its answer as a line.

use tokio::sync::mpsc::Receiver;

use super::speech::Speech;
use crate::cli::lines::lines;
use crate::cli::output::{Failure, tell};

/// Whoever does not get it right by then wants something else.
const TRIES_MAX: usize = 10;

/// A conversation. Questions go to standard error, so that standard output holds the result alone.
pub(super) struct Asking {
    lines: Receiver<String>,
    speech: Option<Speech>,
}

impl Asking {
    pub(super) fn new(aloud: bool) -> Asking {
        let speech = aloud.then(Speech::find).flatten();
        if aloud && speech.is_none() {
            tell("there is no speech program (spd-say, espeak-ng, espeak, say); going on in text");
        }
        Asking { lines: lines(), speech }
    }

    /// A word that is no question.
    pub(super) fn say(&mut self, text: &str) {
        tell(text);
        self.aloud(text);
    }

    /// Asks until the answer is one.
    pub(super) async fn until<T>(
        &mut self,
        question: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        for _ in 0..TRIES_MAX {
            self.say(question);
            let answer = self.answer().await?;
            match read(answer.trim()) {
                Ok(read) => return Ok(read),
                Err(why) => self.say(&why),
            }
        }
        Err(Failure::failed(format!("no answer to {question:?}; nothing was sent")))
    }

    /// Asks for one of a list; the first is chosen unless another one is named. Shows which it is.
    pub(super) async fn choice(&mut self, question: &str, choices: &[&str]) -> Result<usize, Failure> {
        let listed = format!("{question}\n{}", marked(choices, 0));
        let chosen = self.until(&listed, |answer| pick(choices, answer)).await?;
        if chosen > 0 {
            tell(&marked(choices, chosen));
        }
        Ok(chosen)
    }

    /// Goes on only where the answer is yes.
    pub(super) async fn yes(&mut self, question: &str) -> Result<(), Failure> {
        match self.choice(question, &["yes", "no"]).await? {
            0 => Ok(()),
            _ => Err(Failure::failed("nothing was sent".to_owned())),
        }
    }

    async fn answer(&mut self) -> Result<String, Failure> {
        let line = self.lines.recv().await.filter(|line| line != "/quit");
        line.ok_or_else(|| Failure::failed("there is no answer; nothing was sent".to_owned()))
    }

    fn aloud(&mut self, text: &str) {
        if let Some(speech) = &mut self.speech
            && let Err(why) = speech.say(text)
        {
            tell(&format!("{why}; going on in text"));
            self.speech = None;
        }
    }
}

/// The choices with their numbers, the chosen one marked.
fn marked(choices: &[&str], chosen: usize) -> String {
    let line = |(place, choice): (usize, &&str)| {
        format!("{} {} {choice}", if place == chosen { "*" } else { " " }, place + 1)
    };
    choices.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// By number, or by the beginning of its name if that is one's alone; nothing means the first.
fn pick(choices: &[&str], answer: &str) -> Result<usize, String> {
    if answer.is_empty() {
        return Ok(0);
    }
    if let Ok(number) = answer.parse::<usize>() {
        let wrong = || format!("there are {} choices", choices.len());
        return number.checked_sub(1).filter(|place| *place < choices.len()).ok_or_else(wrong);
    }
    let lower = answer.to_lowercase();
    let named = |(_, choice): &(usize, &&str)| choice.starts_with(&lower);
    let mut found = choices.iter().enumerate().filter(named).map(|(place, _)| place);
    match (found.next(), found.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => Err(format!("{answer:?} may mean several of them")),
        (None, _) => Err(format!("{answer:?} is none of them")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_named_by_number_or_beginning() {
        let choices = ["now", "scheduled", "never"];
        for (answer, want) in [("", Ok(0)), ("2", Ok(1)), ("S", Ok(1)), ("nev", Ok(2))] {
            assert_eq!(pick(&choices, answer).map_err(drop), want, "{answer}");
        }
        for answer in ["0", "4", "n", "later"] {
            assert!(pick(&choices, answer).is_err(), "{answer}");
        }
        assert_eq!(marked(&choices, 1), "  1 now\n* 2 scheduled\n  3 never");
    }
}
