//! The composer of a rule: how often and when, asked for step by step.

use super::ask::Asking;
use crate::cli::output::Failure;
use crate::cli::schedule;
use crate::rules::schedule::{Every, When};
use crate::words::Zone;

const FREQUENCIES: [&str; 8] = [
    "once",
    "at given dates and times",
    "every day",
    "every few days",
    "on weekdays of every week",
    "on days of every month",
    "every few hours or minutes",
    "by a cron expression",
];

/// Asks for a rule.
pub(super) async fn ask(asking: &mut Asking, home: Zone) -> Result<When, Failure> {
    let named = |answer: &str| match answer {
        "" => Ok(home),
        name => name.parse::<Zone>().map_err(|error| format!("{name:?} is {error}")),
    };
    let zone = asking.until(&format!("In which time zone? (Enter: {home})"), named).await?;
    let when = match asking.choice("How often?", &FREQUENCIES).await? {
        0 => moments(asking, "When?", zone).await?,
        1 => moments(asking, "When? (several, with commas between)", zone).await?,
        2 => When { every: Some(Every::Unit("day".to_owned())), ..times(asking).await? },
        3 => {
            let every = every(asking, "Every how many days? (as in 2 days)").await?;
            When { every: every.every, unit: every.unit, ..times(asking).await? }
        }
        4 => days(asking, "On which days? (as in mon,fri)", "week").await?,
        5 => days(asking, "On which days? (as in 1,15 or last)", "month").await?,
        6 => every(asking, "How often? (as in 2 hours or 90 minutes)").await?,
        _ => {
            let read = |answer: &str| Ok(When { cron: Some(answer.to_owned()), ..When::default() });
            asking.until("Which cron expression? (as in 0 9 * * 1-5)", read).await?
        }
    };
    Ok(When { zone: Some(zone.to_string()), ..when })
}

async fn moments(asking: &mut Asking, question: &str, zone: Zone) -> Result<When, Failure> {
    let question = format!("{question} ({})", schedule::AT_EXAMPLES);
    let read = |answer: &str| {
        let texts: Vec<String> = answer.split(',').map(str::to_owned).collect();
        schedule::at(&texts, zone).map_err(|failure| failure.to_string())
    };
    asking.until(&question, read).await
}

async fn every(asking: &mut Asking, question: &str) -> Result<When, Failure> {
    asking.until(question, schedule::every).await
}

async fn times(asking: &mut Asking) -> Result<When, Failure> {
    let question = format!("At what time? ({}; several with commas)", schedule::TIME_EXAMPLES);
    let read = |answer: &str| {
        let times = answer.split(',').map(|time| schedule::time(time).map(schedule::clock));
        Ok(When { times: Some(times.collect::<Result<Vec<_>, _>>()?), ..When::default() })
    };
    asking.until(&question, read).await
}

async fn days(asking: &mut Asking, question: &str, unit: &str) -> Result<When, Failure> {
    let read = |answer: &str| {
        let days: Vec<String> = answer.split(',').map(str::to_owned).collect();
        let mut when = When { every: Some(Every::Unit(unit.to_owned())), ..When::default() };
        schedule::on(&days, &mut when)?;
        let fits = if unit == "week" { when.weekdays.is_some() } else { when.days.is_some() };
        if fits { Ok(when) } else { Err(format!("these are not days of a {unit}")) }
    };
    let of = asking.until(question, read).await?;
    Ok(When { times: times(asking).await?.times, ..of })
}
