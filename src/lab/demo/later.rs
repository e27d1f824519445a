//! The act of schedules: a message that is sent later, twice, and one that is cancelled before its time.

use serde_json::json;

use super::client::ImClient;
use super::play::Play;
use crate::cli::output::Failure;
use crate::log::clock;
use crate::rules::message::Send;
use crate::rules::schedule::{Create, OneOrMany, When};
use crate::rules::{Command, schedule};
use crate::wire::query::Items;
use crate::wire::schedule_query::{LatenessView, Preview, ScheduleView};
use crate::words::{Address, ScheduleId, Span, Zone};

const TEXT: &str = "the tea is ready";

impl Play<'_> {
    pub(super) async fn later(&self, client: &mut ImClient) -> Result<(), Failure> {
        self.act("7. A message is sent later: two seconds ahead, and again two seconds after that.");
        let schedule = self.scheduled(TEXT, &[2_000, 4_000]).await?;
        let preview: Preview = self.alice().await?.ask("preview", &json!({ "schedule": schedule })).await?;
        for shown in preview.occurrences {
            self.say(&format!("{schedule} will fire at {} (UTC).", shown.nominal));
        }
        let other = self.scheduled("never mind", &[3_000]).await?;
        self.list().await?;
        self.alice().await?.accepted(&Command::from(schedule::Cancel::from(other))).await?;
        self.say(&format!("alice cancels {other}."));
        for _ in 0..2 {
            // What was cancelled would be due between the two.
            let shown = client.next().await?;
            if shown.text.as_deref() != Some(TEXT) {
                return Err(Failure::failed(format!("{TEXT:?} was expected, {:?} came", shown.text)));
            }
            self.say(&format!("bob's client gets \"{TEXT}\" from {} and confirms it.", shown.from));
            client.confirm(shown.message).await?;
        }
        self.ended(schedule, other).await
    }

    async fn scheduled(&self, text: &str, ahead_ms: &[i64]) -> Result<ScheduleId, Failure> {
        let now = clock::now();
        let at = ahead_ms.iter().map(|ms| Zone::UTC.local(now + Span::from_ms(*ms)).to_string()).collect();
        let (at, zone) = (Some(OneOrMany::Many(at)), Some("UTC".to_owned()));
        let when = When { at, zone, ..When::default() };
        let to = vec![Address::User(self.bob.clone())];
        let message = Send { to, text: Some(text.into()), ..Send::default() };
        let create = Command::from(Create { message, when, id: None });
        let outcome = self.alice().await?.accepted(&create).await?;
        let schedule =
            outcome.schedule.ok_or_else(|| Failure::failed("the outcome names no schedule".to_owned()))?;
        self.say(&format!("alice schedules \"{text}\" for bob: accepted as {schedule}."));
        Ok(schedule)
    }

    async fn list(&self) -> Result<(), Failure> {
        let schedules: Items<ScheduleView> = self.alice().await?.ask("schedules", &json!({})).await?;
        for shown in schedules.items {
            let next = shown.next.map(|next| next.nominal.to_string()).unwrap_or_default();
            let text = shown.text.unwrap_or_default();
            self.say(&format!("Planned: {} \"{text}\", next at {next}.", shown.schedule));
        }
        Ok(())
    }

    async fn ended(&self, schedule: ScheduleId, other: ScheduleId) -> Result<(), Failure> {
        for schedule in [schedule, other] {
            let shown: Items<ScheduleView> =
                self.alice().await?.ask("schedules", &json!({ "schedule": schedule })).await?;
            let occurrences = shown.items.into_iter().filter_map(|shown| shown.occurrences).flatten();
            for ended in occurrences {
                let late = if ended.message.is_some() {
                    format!(", {} ms late", ended.late_ms)
                } else {
                    String::new()
                };
                self.say(&format!("{schedule} at {}: {}{late}.", ended.nominal, ended.state));
            }
        }
        let late: LatenessView = self.admin.ask("lateness", &json!({})).await?;
        let max = late.max_ms.map(|ms| ms.to_string()).unwrap_or_default();
        self.say(&format!("Lateness of all {} firings so far: at most {max} ms.", late.fired));
        Ok(())
    }
}
