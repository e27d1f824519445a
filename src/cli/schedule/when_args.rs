//! The flags of a schedule: when and how often it fires.

use super::human::{self, Moment};
use crate::cli::choice::choice;
use crate::cli::output::Failure;
use crate::log::clock;
use crate::rules::schedule::{Fold, Gap, OneOrMany, ShortMonth, When, WhenMissed};
use crate::words::{Resolved, Span, Zone};

/// When it is sent.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "When")]
pub(in crate::cli) struct WhenArgs {
    /// Once, as in "tomorrow 9:00", "friday 18:30", "in 2h" or 2026-12-01T09:00; repeatable
    #[arg(long, value_name = "WHEN", conflicts_with_all = ["every", "cron"])]
    at: Vec<String>,
    /// Repeatedly: every day, weekday, week, month or hour, or a number of them as in "2 days"
    #[arg(long, value_name = "HOW-OFTEN", conflicts_with = "cron")]
    every: Option<String>,
    /// The time of the day, as in 9:00; repeatable
    #[arg(long = "time", value_name = "TIME", value_delimiter = ',', requires = "every")]
    times: Vec<String>,
    /// The days: mon,fri of a week, 15,last of a month
    #[arg(
        long,
        value_name = "DAYS",
        value_delimiter = ',',
        requires = "every",
        allow_negative_numbers = true
    )]
    on: Vec<String>,
    /// A cron expression of five fields, as in "0 9 * * 1-5"
    #[arg(long, value_name = "EXPRESSION")]
    cron: Option<String>,
    /// The time zone of these times, as in Europe/London [default: the one that the schedule has; of a new one where you are registered, else this machine's]
    #[arg(long)]
    zone: Option<Zone>,
    /// The day it begins and counts from, as in 2026-12-01
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The last day
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// How many times
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// A day on which it is not sent; repeatable
    #[arg(long, value_name = "DATE", value_delimiter = ',')]
    except: Vec<String>,
    /// A time that the clocks jump over: shift it by the jump, or skip it [default: shift]
    #[arg(long, value_parser = choice::<Gap>(&["shift", "skip"]))]
    gap: Option<Gap>,
    /// A time that the clocks show twice [default: first]
    #[arg(long, value_parser = choice::<Fold>(&["first", "second", "both"]))]
    fold: Option<Fold>,
    /// A day that a month does not have: its last day, or none [default: clamp]
    #[arg(long, value_parser = choice::<ShortMonth>(&["clamp", "skip"]))]
    short_month: Option<ShortMonth>,
    /// Which missed firings still go out [default: latest]
    #[arg(long, value_parser = choice::<WhenMissed>(&["latest", "all", "never"]))]
    missed: Option<WhenMissed>,
    /// How late a missed firing may go out [default: one hour or one period, whichever is shorter]
    #[arg(long, value_name = "TIME")]
    late_by: Option<Span>,
    /// Skip a firing that is closer than this to the one before
    #[arg(long, value_name = "TIME")]
    min_interval: Option<Span>,
}

impl WhenArgs {
    pub(in crate::cli) fn is_empty(&self) -> bool {
        self.at.is_empty() && self.every.is_none() && self.cron.is_none()
    }

    pub(in crate::cli) fn zone(&self) -> Option<Zone> {
        self.zone
    }

    /// The rule, at home in a zone.
    pub(in crate::cli) fn when(self, zone: Zone) -> Result<When, Failure> {
        if self.is_empty() {
            return Err(Failure::usage(format!("say when, with --at {}", human::AT_EXAMPLES)));
        }
        if !self.at.is_empty() {
            let when = at(&self.at, zone)?;
            return Ok(self.policies(when));
        }
        let mut when = match &self.every {
            Some(every) => human::every(every).map_err(Failure::usage)?,
            None => When::default(),
        };
        human::on(&self.on, &mut when).map_err(Failure::usage)?;
        let times = self.times.iter().map(|time| human::time(time).map(human::clock));
        let times = times.collect::<Result<Vec<_>, _>>().map_err(Failure::usage)?;
        when.times = (!times.is_empty()).then_some(times);
        when.zone = Some(zone.to_string());
        when.cron.clone_from(&self.cron);
        Ok(self.policies(when))
    }

    fn policies(self, when: When) -> When {
        let WhenArgs {
            from,
            until,
            count,
            except,
            gap,
            fold,
            short_month,
            missed,
            late_by,
            min_interval,
            ..
        } = self;
        let except = (!except.is_empty()).then_some(except);
        When { from, until, count, except, gap, fold, short_month, missed, late_by, min_interval, ..when }
    }
}

/// Moments that a person named, by the clocks of one zone.
pub(in crate::cli) fn at(texts: &[String], zone: Zone) -> Result<When, Failure> {
    let now = clock::now();
    let moment = |text: &String| human::moment(text, zone.local(now), now).map_err(Failure::usage);
    by_clocks(&texts.iter().map(moment).collect::<Result<Vec<_>, _>>()?, zone)
}

/// A moment that the clocks there show twice is told apart by those of UTC alone.
fn by_clocks(moments: &[Moment], home: Zone) -> Result<When, Failure> {
    let is_shown_twice = |moment: &Moment| match moment {
        Moment::Civil(_) => false,
        Moment::Instant(instant) => !matches!(home.resolve(home.local(*instant)), Resolved::Once(_)),
    };
    let zone = if moments.iter().any(is_shown_twice) { Zone::UTC } else { home };
    let mut at = Vec::with_capacity(moments.len());
    for moment in moments {
        at.push(match moment {
            Moment::Instant(instant) => zone.local(*instant).to_string(),
            Moment::Civil(civil) if zone == home => civil.to_string(),
            Moment::Civil(civil) => {
                return Err(Failure::usage(format!(
                    "the clocks show one of these times twice; give {civil} an offset too, as in {civil}+01:00"
                )));
            }
        });
    }
    let at = match <[String; 1]>::try_from(at) {
        Ok([one]) => OneOrMany::One(one),
        Err(many) => OneOrMany::Many(many),
    };
    Ok(When { at: Some(at), zone: Some(zone.to_string()), ..When::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_that_the_clocks_show_twice_is_the_one_that_was_meant() {
        let instant = |text: &str| Moment::Instant(text.parse().unwrap());
        let civil = |text: &str| Moment::Civil(text.parse().unwrap());
        let check = |moments: &[Moment], zone: &str, want: Option<(&[&str], &str)>| {
            let got = by_clocks(moments, zone.parse().unwrap()).ok().map(|when| {
                let at = match when.at.unwrap() {
                    OneOrMany::One(one) => vec![one],
                    OneOrMany::Many(many) => many,
                };
                (at, when.zone.unwrap())
            });
            let want = want.map(|(at, zone)| (at.iter().map(ToString::to_string).collect(), zone.to_owned()));
            assert_eq!(got, want, "{moments:?} in {zone}");
        };
        let (first, second) = (instant("2027-10-31T00:30:00Z"), instant("2027-10-31T01:30:00Z"));
        let both = ["2027-10-31T00:30:00", "2027-10-31T01:30:00"];
        check(&[second], "Europe/London", Some((&both[1..], "UTC")));
        check(&[first, second], "Europe/London", Some((&both, "UTC")));
        check(&[civil("2027-12-01T09:00"), second], "Europe/London", None);
        let summer = instant("2027-07-01T08:00:00Z");
        check(&[summer], "Europe/London", Some((&["2027-07-01T09:00:00"], "Europe/London")));
        check(&[civil("2027-12-01T09:00")], "UTC", Some((&["2027-12-01T09:00:00"], "UTC")));
    }
}
