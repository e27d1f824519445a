//! The timers that are awaited, told from the state alone: so one that was lost elsewhere is noticed.

use std::ops::Bound::{Excluded, Unbounded};

use super::{State, Timer, message};
use crate::words::{Instant, Span};

/// Things looked at for one answer, a recipient of a message whose time has come being one too: well under a millisecond,
/// for commands wait meanwhile.
const STEPS_MAX: usize = 1_000;
/// An escalation that was due longer ago is let be: nobody waits for it any more.
const ESCALATED_WITHIN: Span = Span::from_secs(7_200);

/// A part of what is awaited.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Awaited {
    pub timers: Vec<(Timer, Instant)>,
    /// What the next part comes after; none where this was the last one.
    pub next: Option<Timer>,
    /// With the first part: when the oldest message expires that no timer watches. Then it is to be swept.
    pub oldest_expires: Option<Instant>,
}

impl State {
    /// What is due before a time, behind `after`: the next occurrences of schedules, then what becomes of open messages.
    pub fn awaited(&self, before: Instant, after: Option<Timer>) -> Awaited {
        let (schedules, messages) = match after {
            None => (Some(Unbounded), Unbounded),
            Some(Timer::Occur(schedule)) => (Some(Excluded(schedule)), Unbounded),
            Some(Timer::Expire(message) | Timer::Escalate(message)) => (None, Excluded(message)),
        };
        let schedules = schedules.into_iter().flat_map(|after| self.schedules.from(after));
        let schedules = schedules.map(|(id, schedule)| {
            let occurs = Timer::Occur(*id);
            ([schedule.due().map(|due| (occurs, due)), None], occurs, 0)
        });
        let messages = self.messages.from(messages).map(|(id, open)| {
            let (expires, escalates) = (Timer::Expire(*id), Timer::Escalate(*id));
            let watched = (!open.undated).then_some((expires, open.expires));
            ([watched, Some((escalates, open.escalates))], expires, open.open_len())
        });
        let mut all = schedules.chain(messages).peekable();
        let (mut awaited, mut steps, mut last) = (Awaited::default(), 0, after);
        while steps < STEPS_MAX
            && let Some((timers, thing, recipients_len)) = all.next()
        {
            (steps, last) = (steps + 1, Some(thing));
            for (timer, due) in timers.into_iter().flatten().filter(|(_, due)| *due < before) {
                steps += recipients_len;
                if self.can_change(timer, due, before - due) {
                    awaited.timers.push((timer, due));
                }
            }
        }
        awaited.next = all.peek().and(last);
        let oldest = self.undated.first().filter(|_| after.is_none());
        awaited.oldest_expires = oldest.and_then(|id| self.messages.get(id)).map(|open| open.expires);
        awaited
    }

    /// Whether a timer that was set may still change something. One that has ended never does so again, but for a rule that was
    /// changed back: that sets it anew.
    pub fn awaits(&self, timer: Timer, due: Instant) -> bool {
        timer.is_wanted(self, due)
    }

    fn can_change(&self, timer: Timer, due: Instant, ago: Span) -> bool {
        match timer {
            Timer::Occur(_) => true,
            Timer::Expire(message) => message::can_expire(self, message),
            Timer::Escalate(message) => ago < ESCALATED_WITHIN && message::can_escalate(self, message, due),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::attempt::{Adapter, Ask, Asked};
    use crate::rules::identity::Register;
    use crate::rules::message::{Confirm, Received, Send};
    use crate::rules::presence::{DeviceClass, Encoding, Online};
    use crate::rules::schedule::{Create, OneOrMany, When};
    use crate::rules::{Command, Commit, Order, Part, Sender, decide};
    use crate::words::{CommandSeq, EventSeq, MessageId, UserName};

    const NINE: &str = "2026-03-01T09:00:00Z";

    /// A state that has decided commands, each at nine unless it says otherwise.
    #[derive(Default)]
    struct Nine(State);

    impl Nine {
        fn with_people() -> Nine {
            let mut nine = Nine::default();
            for (name, phone) in [("alice", "+447700900001"), ("bob", "+447700900002"), ("carol", "")] {
                let (name, phone) = (name.parse().unwrap(), phone.parse().ok());
                let register = Register { phone, ..Register::named(name) };
                nine.say(Sender::Part(Part::Admin), Command::from(register), NINE);
            }
            nine.online("bob", NINE);
            nine.online("carol", NINE);
            nine
        }

        fn online(&mut self, name: &str, at: &str) {
            let (device, class, lease) = ("pc".parse().unwrap(), DeviceClass::Pc, Span::from_secs(3_600));
            let online = Command::from(Online { device, class, lease });
            self.say(Sender::User(name.parse::<UserName>().unwrap()), online, at);
        }

        fn user(&mut self, name: &str, command: Command) -> CommandSeq {
            self.say(Sender::User(name.parse::<UserName>().unwrap()), command, NINE)
        }

        fn say(&mut self, by: Sender, command: Command, at: &str) -> CommandSeq {
            let (CommandSeq(last), EventSeq(end)) = self.0.position();
            let (seq, at) = (CommandSeq(last + 1), at.parse().unwrap());
            let order = Order {
                seq,
                at,
                by: by.clone(),
                encoding: Encoding::Json,
                command,
                content: None,
                kept: None,
            };
            let facts = decide(&self.0, &order).facts;
            let commit = Commit { command: seq, at, by, part: 0, parts: 1, intent: None, facts };
            self.0.evolve(&[commit], EventSeq(end + 1));
            seq
        }

        fn schedule(&mut self, at: &str) -> CommandSeq {
            let at = Some(OneOrMany::One(at.to_owned()));
            let when = When { at, zone: Some("UTC".to_owned()), ..When::default() };
            let message =
                Send { to: vec!["bob".parse().unwrap()], text: Some("x".into()), ..Send::default() };
            self.user("alice", Command::from(Create { message, when, id: None }))
        }

        /// To somebody online, who has not confirmed it.
        fn send(&mut self, expires_s: i64, escalates_s: i64) -> CommandSeq {
            self.send_to(&["bob"], expires_s, escalates_s)
        }

        fn send_to(
            &mut self,
            to: &[&str],
            expires_s: i64,
            escalates_s: impl Into<Option<i64>>,
        ) -> CommandSeq {
            let (to, text) = (to.iter().map(|to| to.parse().unwrap()).collect(), Some("x".into()));
            let expires_in = Some(Span::from_secs(expires_s));
            let escalate_after = escalates_s.into().map(Span::from_secs);
            self.user(
                "alice",
                Command::from(Send { to, text, expires_in, escalate_after, ..Send::default() }),
            )
        }

        fn awaited(&self, before: &str, after: Option<Timer>) -> (Vec<String>, Option<Timer>) {
            let Awaited { timers, next, oldest_expires: _ } = self.0.awaited(before.parse().unwrap(), after);
            (timers.into_iter().map(|(timer, due)| format!("{timer} {due}")).collect(), next)
        }
    }

    #[test]
    fn what_is_due_before_a_time_is_awaited_and_nothing_else() {
        let mut nine = Nine::with_people();
        let (CommandSeq(early), CommandSeq(late)) =
            (nine.schedule("2026-03-01T09:10:00"), nine.schedule("2026-03-01T11:00:00"));
        let CommandSeq(sent) = nine.send(3_600, 60);
        let due = |timer: &str, at: &str| format!("{timer} 2026-03-01T{at}.000Z");
        let (occurs, escalates) =
            (due(&format!("occur-s{early}"), "09:10:00"), due(&format!("escalate-m{sent}"), "09:01:00"));
        assert_eq!(nine.awaited("2026-03-01T09:01:00Z", None).0, Vec::<String>::new(), "due at that time");
        assert_eq!(nine.awaited("2026-03-01T09:30:00Z", None).0, [occurs.clone(), escalates.clone()]);
        let expires = due(&format!("expire-m{sent}"), "10:00:00");
        let all = [occurs.clone(), expires.clone(), escalates];
        assert_eq!(nine.awaited("2026-03-01T10:30:00Z", None).0, all);
        let later = due(&format!("occur-s{late}"), "11:00:00");
        let without_escalation = [occurs, later, expires];
        assert_eq!(nine.awaited("2026-03-01T11:01:00Z", None).0, without_escalation, "two hours are over");
    }

    #[test]
    fn what_can_change_nothing_is_not_awaited() {
        let mut nine = Nine::with_people();
        let CommandSeq(no_phone) = nine.send_to(&["carol"], 3_600, 60);
        let CommandSeq(confirmed) = nine.send(3_600, 60);
        let message = MessageId::of(CommandSeq(confirmed));
        nine.user("bob", Command::from(Received(Confirm { message: Some(message), messages: None })));
        let submitted = MessageId::of(nine.send_to(&["+447700900003"], 3_600, 60));
        let deliveries =
            vec![Asked { message: submitted, to: "+447700900003".parse().unwrap(), again: false }];
        let ask = Command::from(Ask { deliveries, grant: None });
        nine.say(Sender::Part(Part::By(Adapter::Sms)), ask, NINE);
        let expires = format!("expire-m{no_phone} 2026-03-01T10:00:00.000Z");
        assert_eq!(nine.awaited("2026-03-01T10:30:00Z", None).0, [expires], "she may get it until ten");
    }

    #[test]
    fn who_has_it_live_again_before_it_goes_on_is_still_awaited_and_who_has_it_after_that_is_not() {
        for (again_at, awaited) in [("2026-03-01T09:00:59Z", 1), ("2026-03-01T09:01:00Z", 0)] {
            let mut nine = Nine::with_people();
            nine.send(3_600, 60);
            nine.online("bob", again_at);
            assert_eq!(nine.awaited("2026-03-01T09:30:00Z", None).0.len(), awaited, "{again_at}");
        }
    }

    #[test]
    fn an_answer_looks_at_a_bounded_number_of_recipients() {
        let mut nine = Nine::with_people();
        let phones: Vec<String> = (0..STEPS_MAX / 2).map(|n| format!("+44770091{n:04}")).collect();
        let to: Vec<&str> = phones.iter().map(String::as_str).collect();
        let sent: Vec<CommandSeq> = (0..3).map(|_| nine.send_to(&to, 3_600, None)).collect();
        let last_but_one = Timer::Expire(MessageId::of(sent[1]));
        let (first, next) = nine.awaited("2026-03-01T10:30:00Z", None);
        assert_eq!((first.len(), next), (2, Some(last_but_one)));
        assert_eq!(nine.awaited("2026-03-01T10:30:00Z", next).0.len(), 1);
    }

    #[test]
    fn what_no_timer_watches_is_told_by_its_age_and_has_none_set() {
        let mut nine = Nine::with_people();
        nine.send(3_600, 60);
        let oldest = |nine: &Nine, after| {
            nine.0.awaited("2026-04-01T09:00:00Z".parse().unwrap(), after).oldest_expires
        };
        assert_eq!(oldest(&nine, None), None, "a timer watches it");
        let (to, text) = (vec!["bob".parse().unwrap()], Some("x".into()));
        let undated = nine.user("alice", Command::from(Send { to, text, ..Send::default() }));
        let expires = Timer::Expire(MessageId::of(undated));
        assert_eq!(oldest(&nine, None), Some("2026-03-31T09:00:00Z".parse().unwrap()));
        assert_eq!(oldest(&nine, Some(expires)), None, "with the first part alone");
        let (awaited, _) = nine.awaited("2026-04-01T09:00:00Z", None);
        assert!(!awaited.iter().any(|timer| timer.starts_with(&expires.to_string())), "{awaited:?}");
    }

    #[test]
    fn an_answer_looks_at_a_bounded_number_of_things_and_says_where_it_goes_on() {
        let mut nine = Nine::with_people();
        let schedules = STEPS_MAX as u64 + 10;
        for _ in 0..schedules {
            nine.schedule("2026-03-01T09:10:00");
        }
        let before = "2026-03-01T10:00:00Z";
        let (first, next) = nine.awaited(before, None);
        assert_eq!(first.len(), STEPS_MAX);
        assert!(next.is_some());
        let (second, end) = nine.awaited(before, next);
        assert_eq!((second.len(), end), (10, None));
        assert!(second.iter().all(|timer| !first.contains(timer)));
    }
}
