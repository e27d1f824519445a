//! A schedule is paused, resumed, cancelled, or sent at once.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Cancelled, NotFired, OccurrenceCancelled, Paused, Ran, Resumed};
use crate::rules::proof::{ByUser, Case};
use crate::rules::quota::Load;
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, message};
use crate::words::{Address, ScheduleId};

/// Commands that name one schedule and nothing else.
macro_rules! of_one_schedule {
    ($($(#[$about:meta])* $command:ident;)*) => {$(
        $(#[$about])*
        #[skip_serializing_none]
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $command {
            pub schedule: ScheduleId,
            pub id: Option<String>,
        }

        impl From<ScheduleId> for $command {
            fn from(schedule: ScheduleId) -> $command {
                $command { schedule, id: None }
            }
        }
    )*};
}

of_one_schedule! {
    /// `schedule.pause`: its occurrences go on, each ending as skipped. Refused with `schedule.unknown`.
    Pause;
    /// `schedule.resume`. Refused with `schedule.unknown`.
    Resume;
    /// `schedule.cancel`. Refused with `schedule.unknown`.
    Cancel;
    /// `schedule.run-now`: beside its occurrences, which stay as they are planned. Also while it is paused: whoever asks means
    /// it. Refused with `schedule.unknown`, and as `message.send`.
    RunNow;
}

impl Decide for Pause {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let schedule = self.schedule;
        let paused = case.schedule(schedule)?.paused;
        Ok(if paused { Vec::new() } else { vec![Paused { schedule }.into()] })
    }
}

impl Decide for Resume {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let schedule = self.schedule;
        let paused = case.schedule(schedule)?.paused;
        Ok(if paused { vec![Resumed { schedule }.into()] } else { Vec::new() })
    }
}

impl Decide for Cancel {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let schedule = self.schedule;
        let pending = case.schedule(schedule)?.next.map(|occurrence| {
            let (late_ms, reason) = ((case.at - occurrence.due).ms(), "cancelled".to_owned());
            OccurrenceCancelled(NotFired { schedule, occurrence, late_ms, reason }).into()
        });
        Ok(std::iter::once(Cancelled { schedule }.into()).chain(pending).collect())
    }
}

impl Decide for RunNow {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let (schedule, message) = (self.schedule, case.message());
        let content = case.schedule(schedule)?.content(case.state);
        let user = case.user();
        let of_group = content.0.group.map_or(0, |group| case.state.named_by(&Address::Group(group)));
        let load = Load { recipients: content.0.to.len() + of_group, bytes: 0 };
        user.pace.check(user.limits(), load, case.at)?;
        let sent = message::accept(case.state, case.name(), content, message, case.at)?;
        Ok(std::iter::once(Ran { schedule, message }.into()).chain(sent).collect())
    }
}
