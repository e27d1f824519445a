//! The replay by hand: a word from a person, and the log goes on, or back.

use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio::signal::ctrl_c;

use super::{difference, object, play, went};
use crate::cli::output::{Failure, Output};
use crate::debug::replay::{Changed, Moment, Played, Player, Thing, changed};
use crate::log::{Fault, blocking};
use crate::words::EventSeq;

const HELP: &str = "\
next               the next event (Enter alone: the same)
next THING         the next event that is about bob, m7, s7 or '#3001'
back               one event back
go MOMENT          to m7, c7, a time or a sequence, forwards or back
show THING         what is so of it now
diff               what the last event has changed
help, quit";

/// Reads words until there are none any more.
pub(super) async fn by_hand(mut player: Player, output: Output) -> Result<(), Failure> {
    output.progress(&format!(
        "After #{} of {}. \"help\" lists the commands.",
        player.position().0,
        player.last().0
    ));
    let mut lines = BufReader::new(stdin()).lines();
    let mut last = None;
    loop {
        let line = tokio::select! {
            line = lines.next_line() => line.map_err(|error| Failure::failed(error.to_string()))?,
            pressed = ctrl_c() => return pressed.map_err(|error| Failure::failed(error.to_string())),
        };
        let Some(line) = line else { return Ok(()) };
        let word = match line.parse::<Word>() {
            Ok(Word::Quit) => return Ok(()),
            Ok(word) => word,
            Err(why) => {
                output.progress(&why);
                continue;
            }
        };
        (player, last) = done(player, word, last, output).await?;
    }
}

enum Word {
    Next(Option<Thing>),
    Back,
    Go(Moment),
    Show(Thing),
    Diff,
    Help,
    Quit,
}

impl std::str::FromStr for Word {
    type Err = String;
    fn from_str(line: &str) -> Result<Word, String> {
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let rest = rest.trim();
        match (word, rest) {
            ("" | "n" | "next", "") => Ok(Word::Next(None)),
            ("n" | "next", thing) => thing.parse().map(Some).map(Word::Next),
            ("b" | "back", "") => Ok(Word::Back),
            ("g" | "go", moment) => moment.parse().map(Word::Go),
            ("s" | "show", thing) => thing.parse().map(Word::Show),
            ("d" | "diff", "") => Ok(Word::Diff),
            ("h" | "help" | "?", _) => Ok(Word::Help),
            ("q" | "quit" | "exit", _) => Ok(Word::Quit),
            (_, _) => Err(format!("{line:?} is none of these:\n{HELP}")),
        }
    }
}

/// Does it; gives the player back, and the event that was shown last.
async fn done(
    player: Player,
    word: Word,
    last: Option<Played>,
    output: Output,
) -> Result<(Player, Option<Played>), Failure> {
    match word {
        Word::Next(thing) => {
            let (player, next) = blocking(move || next(player, thing)).await?;
            match &next {
                Some(played) => play::shown(played, output)?,
                None => output.progress("That was the last one."),
            }
            Ok((player, next.or(last)))
        }
        Word::Back => {
            let to = EventSeq(player.position().0.saturating_sub(1));
            at(player, to, output).await
        }
        Word::Go(moment) => {
            let place = moment.place(&player.history()).await?;
            at(player, place, output).await
        }
        Word::Show(thing) => {
            let (player, shown) = blocking(move || {
                let shown = player.shown(&thing)?;
                Ok((player, (thing, shown)))
            })
            .await?;
            let (thing, value) = shown;
            output.shown(&value, || object(&thing.to_string(), &value))?;
            Ok((player, last))
        }
        Word::Diff => {
            let (player, last, changes) = blocking(move || changes(player, last)).await?;
            let lines: Vec<String> = changes.iter().map(difference).collect();
            let nothing = "nothing that can be shown has changed".to_owned();
            output.shown(&changes, || if lines.is_empty() { nothing } else { lines.join("\n") })?;
            Ok((player, last))
        }
        Word::Help => {
            output.progress(HELP);
            Ok((player, last))
        }
        Word::Quit => Ok((player, last)),
    }
}

/// Stands behind this event, and shows it.
async fn at(player: Player, place: EventSeq, output: Output) -> Result<(Player, Option<Played>), Failure> {
    let Some(before) = place.0.checked_sub(1) else {
        let player = went(player, place, output).await?;
        output.progress("That is before the first one.");
        return Ok((player, None));
    };
    let player = went(player, EventSeq(before), output).await?;
    let (player, played) = blocking(move || next(player, None)).await?;
    played.iter().try_for_each(|played| play::shown(played, output))?;
    Ok((player, played))
}

/// The next event, or the next one that is about something.
fn next(mut player: Player, thing: Option<Thing>) -> Result<(Player, Option<Played>), Fault> {
    while let Some(played) = player.advance()? {
        if thing.as_ref().is_none_or(|thing| played.is_about(thing)) {
            return Ok((player, Some(played)));
        }
    }
    Ok((player, None))
}

/// What the event has changed with which the player stands.
fn changes(
    mut player: Player,
    last: Option<Played>,
) -> Result<(Player, Option<Played>, Vec<Changed>), Fault> {
    let here = player.position();
    let touched = last.as_ref().filter(|last| last.seq == here).map(Played::touched).unwrap_or_default();
    player.go_to(EventSeq(here.0.saturating_sub(1)), |_| {})?;
    let before = touched.iter().map(|thing| player.shown(thing)).collect::<Result<Vec<_>, Fault>>()?;
    player.go_to(here, |_| {})?;
    let mut changes = Vec::new();
    for (thing, before) in touched.iter().zip(before) {
        changes.extend(changed(&thing.to_string(), &before, &player.shown(thing)?));
    }
    Ok((player, last, changes))
}
