//! The notation of stories: a line for each command with its answer, and one for each fact that follows.

use crate::rules::Fact;
use crate::wire::outcome::OutcomeBody;
use crate::wire::{to_json, told};
use crate::words::Instant;

/// Where a story plays: on the first day of this month, unless it says otherwise.
pub const MONTH: &str = "2026-12-";
pub const FIRST_DAY: &str = "2026-12-01T";
/// How a line goes on behind its command.
pub const ANSWERS: [&str; 2] = [" -> accepted", " -> refused"];

/// On the first day, on a later one, or at any time: `09:00:00`, `08T09:00:00`, `2027-01-01T09:00:00`.
pub fn time(at: Instant) -> String {
    let whole = at.to_string();
    let short = whole.strip_prefix(FIRST_DAY).or(whole.strip_prefix(MONTH)).unwrap_or(&whole);
    let short = short.trim_end_matches('Z');
    short.strip_suffix(".000").unwrap_or(short).to_owned()
}

/// A fact as a line: `{"user.suspended":{"user":"bob"}}` is `user.suspended user bob`.
pub fn fact(fact: &Fact) -> String {
    told::fact(fact, time)
}

/// The outcome without what its facts tell, where it is not `alone`. A command's number is its place in the story.
pub fn answer(body: OutcomeBody, alone: bool) -> String {
    let [accepted, refused] = ANSWERS;
    let OutcomeBody { message, schedule, over_quota, user, im, code, text: why, field, .. } = body;
    if body.accepted {
        let ids = [message.map(|id| id.to_string()), schedule.map(|id| id.to_string())];
        let ids = ids.into_iter().chain([user.map(|user| user.to_string()), im.map(|im| im.to_string())]);
        let ids: String = ids.flatten().map(|id| format!(" {id}")).collect();
        let json = || String::from_utf8_lossy(&to_json(&over_quota)).into_owned();
        let over = (!over_quota.is_empty()).then(|| told::brief(&json(), time));
        return format!(
            "{accepted}{ids}{}",
            over.map_or(String::new(), |over| format!(" over_quota {over}"))
        );
    }
    let field = field.map(|field| format!(" {field}")).unwrap_or_default();
    // What was refused before under the same id has no fact.
    let why = why.filter(|_| alone).map(|why| format!(": {why}")).unwrap_or_default();
    format!("{refused} {}{field}{why}", code.unwrap_or_default())
}
