//! The question `quota`: what a user has sent, what is left, and when the counts begin anew.

use super::answer::Found;
use super::asker::{Asked, Asker};
use super::model::Model;
use super::refusal::Unanswered;
use crate::rules::Rejection;
use crate::rules::quota::{next_day, next_month};
use crate::wire::query;
use crate::wire::schedule_query::{LimitView, QuotaOf, QuotaView};
use crate::words::{Civil, Instant, Resolved, Zone};

pub(super) fn find(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let QuotaOf { user } = query::parse(asked.payload)?;
    let name = asker.whose(user, model)?;
    let user = model.user(&name)?.ok_or_else(|| Rejection::unknown_user(name.as_str()))?;
    let (zone, now) = (user.zone(), asked.now);
    let (day, month) = model.usage(&name)?.at(zone, now);
    let shown = |max: Option<u32>, used: u32, anew: Civil| LimitView {
        max,
        used,
        left: max.map(|max| max.saturating_sub(used)),
        resets: begins(zone, anew).brief(),
    };
    let quota = QuotaView {
        user: name,
        zone: user.home(),
        day: shown(user.day, day, next_day(zone, now)),
        month: shown(user.month, month, next_month(zone, now)),
    };
    asked.form.whole(&quota).map(Found::Answer)
}

/// When the clocks show a local midnight; where they are set forward past it, when they are set.
fn begins(zone: Zone, midnight: Civil) -> Instant {
    match zone.resolve(midnight) {
        Resolved::Once(at) | Resolved::Twice { first: at, second: _ } => at,
        Resolved::Gap { .. } | Resolved::NoSuchDate => {
            let change = zone.change_at(midnight);
            change.map_or_else(|| Instant::from_unix_ms(midnight.ms()), |change| change.at)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_its_clocks_say_so() {
        for (zone, midnight, want) in [
            ("UTC", "2026-12-02T00:00:00", "2026-12-02T00:00:00Z"),
            ("Asia/Shanghai", "2026-12-02T00:00:00", "2026-12-01T16:00:00Z"),
            // A midnight that was skipped, one that was shown twice, and a date that never was.
            ("America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T03:00:00Z"),
            ("America/Havana", "2025-11-02T00:00:00", "2025-11-02T04:00:00Z"),
            ("Pacific/Apia", "2011-12-30T00:00:00", "2011-12-30T10:00:00Z"),
        ] {
            let begins = begins(zone.parse().unwrap(), midnight.parse().unwrap());
            assert_eq!(begins.brief(), want, "{midnight} in {zone}");
        }
    }
}
