//! `homing replay`: the state at any moment of a log, and the way there, from a recording alone.

mod play;
mod step;

use std::collections::BTreeMap;
use std::time::Instant as Clock;

use serde::Serialize;
use serde_json::{Value, json};
use serde_with::skip_serializing_none;

use super::meter::Meter;
use super::output::{Failure, Output};
use super::settings::Settings;
use super::source::Source;
use crate::debug::replay::{Changed, Moment, Player, Thing, changed};
use crate::log::{Fault, History, blocking};
use crate::wire::told;
use crate::words::{EventSeq, Instant};

/// Things named whose changes are shown; of more they are counted.
const TOUCHED_LEN_MAX: usize = 1_000;

/// Show what was so at any moment: of a user, a group, a schedule, a delivery; or play what happened, step by step
///
/// The log is read into a temporary file first, the connection is closed, and all else is done with that file alone: a replay
/// can send nothing to anybody. With --file no connection is ever made. It is replayed by the program's own rules, from the
/// beginning of the log, or with --from-snapshot from where the decider's last snapshot stands.
///
/// A moment is a time (2026-12-01T09:00:00Z), a commit's sequence (1234), a message, a schedule or a command (m7, s7, c7: just
/// after its decision), or "end". A thing is user.bob, group.3001, schedule.s42, delivery.m7, delivery.m7.bob; or bob, '#3001',
/// s42, m7, m7/bob.
///
/// With --since and without --speed it shows what has changed between the two moments: of the things named by --show, or of all.
///
/// Examples:
///   homing replay --until m42 --show bob --show m42
///   homing replay --since 2026-12-01T09:00:00Z --until 2026-12-01T10:00:00Z --show bob
///   homing replay --step --until m42
///   homing replay --file day.recording --since m40 --speed 10
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Where to stop [default: end]
    #[arg(long, value_name = "MOMENT")]
    until: Option<Moment>,
    /// The earlier moment: what changed since then is shown, or played
    #[arg(long, value_name = "MOMENT")]
    since: Option<Moment>,
    /// What to show; may be given more than once
    #[arg(long, value_name = "THING", conflicts_with_all = ["step", "speed"])]
    show: Vec<Thing>,
    /// Go on by hand from there, forwards and backwards; "help" lists the commands
    #[arg(long, conflicts_with_all = ["speed", "since"])]
    step: bool,
    /// Play what happened, so many times as fast as it did; pauses are cut to ten seconds
    #[arg(long, value_name = "TIMES")]
    speed: Option<f64>,
    /// Begin with the decider's snapshot in the data folder: quicker where the log is long, and only what came after it is known
    #[arg(long, conflicts_with = "file")]
    from_snapshot: bool,
    #[command(flatten)]
    source: Source,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    if args.speed.is_some_and(|speed| !speed.is_finite() || speed <= 0.0) {
        return Err(Failure::usage("--speed takes a number above 0".to_owned()));
    }
    let sealed = args.source.sealed(settings, args.from_snapshot, false, output).await?;
    let history = History::Recorded(sealed.recording.clone());
    let recording = sealed.recording.clone();
    let mut player = blocking(move || Player::begin(recording)).await?;
    let until = match args.until {
        None | Some(Moment::End) => player.last(),
        Some(moment) => moment.place(&history).await?,
    };
    let since = match args.since {
        Some(moment) => Some(moment.place(&history).await?),
        None => None,
    };
    if since.is_some_and(|since| since > until) {
        return Err(Failure::usage("--since is behind --until".to_owned()));
    }
    if until < player.position() {
        let at = player.position().0;
        return Err(Failure::failed(format!(
            "it begins behind #{at}, with a snapshot; leave --from-snapshot away"
        )));
    }
    if args.step {
        player = went(player, until, output).await?;
        return step::by_hand(player, output).await;
    }
    if let Some(speed) = args.speed {
        player = went(player, since.unwrap_or_default(), output).await?;
        return play::played(player, until, speed, output).await;
    }
    let began = Clock::now();
    let (player, changes) = match since {
        Some(since) => between(player, (since, until), args.show.clone(), output).await?,
        None => (went(player, until, output).await?, None),
    };
    let seconds = began.elapsed().as_secs_f64();
    let shown = Shown::of(&player, &args.show, changes, seconds)?;
    output.shown(&shown, || shown.person())
}

/// Goes there, and says on the way how far it is.
async fn went(mut player: Player, to: EventSeq, output: Output) -> Result<Player, Failure> {
    let going = move || {
        let meter = Meter::of("events", output);
        player.go_to(to, |at| meter.at(at.0, to.0))?;
        Ok(player)
    };
    Ok(blocking(going).await?)
}

/// What has changed of what was touched, or of what is named.
async fn between(
    player: Player,
    (since, until): (EventSeq, EventSeq),
    named: Vec<Thing>,
    output: Output,
) -> Result<(Player, Option<Changes>), Failure> {
    let player = went(player, since, output).await?;
    let comparing = move || compared(player, until, named, output);
    Ok(blocking(comparing).await?)
}

fn compared(
    mut player: Player,
    until: EventSeq,
    named: Vec<Thing>,
    output: Output,
) -> Result<(Player, Option<Changes>), Fault> {
    let (since, meter) = (player.position(), Meter::of("events", output));
    let mut before: BTreeMap<String, (Thing, Value)> = BTreeMap::new();
    for thing in &named {
        before.insert(thing.to_string(), (thing.clone(), player.shown(thing)?));
    }
    let (mut more, mut deliveries) = (0_u64, BTreeMap::<String, [Value; 2]>::new());
    if named.is_empty() {
        // What is touched is known behind it: it is looked at in a second pass.
        let mut touched = BTreeMap::new();
        while player.position() < until {
            let Some(played) = player.advance()? else { break };
            meter.at(played.seq.0, until.0);
            for ((message, to), was, now) in &played.moved {
                let name = Thing::Delivery(*message, Some(to.clone())).to_string();
                let was = was.map_or(Value::Null, |was| json!(was.shown()));
                let [_, after] = deliveries.entry(name).or_insert([was, Value::Null]);
                *after = json!(now.shown());
            }
            let others = |thing: &Thing| !matches!(thing, Thing::Delivery(..));
            for thing in played.touched().into_iter().filter(others) {
                if touched.len() < TOUCHED_LEN_MAX || touched.contains_key(&thing.to_string()) {
                    touched.insert(thing.to_string(), thing);
                } else {
                    more += 1;
                }
            }
        }
        player.go_to(since, |_| {})?;
        for (name, thing) in touched {
            let shown = player.shown(&thing)?;
            before.insert(name, (thing, shown));
        }
    }
    player.go_to(until, |at| meter.at(at.0, until.0))?;
    let mut changes = Vec::new();
    for (name, (thing, before)) in before {
        changes.extend(changed(&name, &before, &player.shown(&thing)?));
    }
    for (name, [before, after]) in deliveries {
        changes.extend(changed(&name, &before, &after));
    }
    Ok((player, Some(Changes { since, changes, more })))
}

struct Changes {
    since: EventSeq,
    changes: Vec<Changed>,
    /// Touches of things beyond those that are looked at.
    more: u64,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Shown {
    /// The last commit taken in, and its time.
    seq: EventSeq,
    time: String,
    last: EventSeq,
    /// Records that are no commits of the decider, or not the next.
    passed_over: u64,
    users: usize,
    groups: usize,
    schedules: usize,
    /// Messages with an open delivery.
    open: usize,
    shown: BTreeMap<String, Value>,
    since: Option<EventSeq>,
    changed: Option<Vec<Changed>>,
    seconds: f64,
    per_second: u64,
}

impl Shown {
    fn of(player: &Player, things: &[Thing], changes: Option<Changes>, seconds: f64) -> Result<Shown, Fault> {
        let mut shown = BTreeMap::new();
        if changes.is_none() {
            for thing in things {
                shown.insert(thing.to_string(), player.shown(thing)?);
            }
        }
        let (state, seq) = (player.state(), player.position());
        let more = changes.as_ref().map_or(0, |changes| changes.more);
        if more > 0 {
            super::output::tell(&format!("of {TOUCHED_LEN_MAX} things alone; name others with --show"));
        }
        let (since, changed) = changes.map(|changes| (changes.since, changes.changes)).unzip();
        Ok(Shown {
            seq,
            time: player.at().to_string(),
            last: player.last(),
            passed_over: player.passed_over(),
            users: state.users_len(),
            groups: state.groups_len(),
            schedules: state.schedules_len(),
            open: state.open_messages_len(),
            shown,
            since,
            changed,
            seconds: (seconds * 1_000.0).round() / 1_000.0,
            per_second: (seq.0 as f64 / seconds.max(0.001)) as u64,
        })
    }

    fn person(&self) -> String {
        let Shown { seq, time, last, users, groups, schedules, open, shown, since, changed, .. } = self;
        let mut lines = vec![format!(
            "After #{} of {}, {time}: {users} users, {groups} groups, {schedules} schedules, {open} open messages",
            seq.0, last.0
        )];
        lines.extend(shown.iter().map(|(name, value)| object(name, value)));
        if let (Some(since), Some(changed)) = (since, changed) {
            lines.push(format!("Changed since #{}:", since.0));
            lines.extend(changed.iter().map(|change| format!("  {}", difference(change))));
            if changed.is_empty() {
                lines.push("  nothing".to_owned());
            }
        }
        if self.passed_over > 0 {
            lines.push(format!("{} records that are no commits were passed over", self.passed_over));
        }
        lines.push(format!("{} events replayed in {} s, {} a second", seq.0, self.seconds, self.per_second));
        lines.join("\n")
    }
}

/// A thing with a field a line.
fn object(name: &str, value: &Value) -> String {
    match value.as_object() {
        None => format!("{name}: there is none"),
        Some(fields) => {
            let line = |(name, value): (&String, &Value)| format!("  {name}: {}", brief(value));
            let lines: Vec<String> = fields.iter().map(line).collect();
            format!("{name}\n{}", lines.join("\n"))
        }
    }
}

fn difference(change: &Changed) -> String {
    let Changed { path, before, after } = change;
    format!("{path}: {} -> {}", brief(before), brief(after))
}

fn brief(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            told::brief(&value.to_string(), Instant::brief)
        }
    }
}
