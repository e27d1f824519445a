//! The table of areas: every command and every fact by its one name, its type, who may say it, and what it is about.
//!
//! A type lives in its area's folder, a command with its rules in a file of its own. A new command or fact is a row here and
//! its type; what must know of it does not compile until it does.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::proof::Who;
use super::vocabulary::{CommandRow, FactRow, Fields, Happened, Verb, areas};
use super::{About, Decision, Order, Outcome, State};
use crate::words::{CommandSeq, MessageId, ScheduleId};

areas! {
    /// Nobody's: what was asked and changed nothing.
    refusal as Refusal {
        commands {}
        facts {
            "command.refused" Rejection about nobody, answers;
        }
    }

    identity as Identity {
        commands {
            "user.register" Register by Operator;
            "user.set" SetUser by Operator;
            "user.suspend" Suspend by Operator;
            "user.resume" Resume by Operator;
            "user.give-code" GiveCode by Operator;
            "user.try-code" TryCode by Gate;
            "password.set" SetPassword by User;
            "profile.set" SetProfile by User;
            "preference.set" SetPreference by User;
        }
        facts {
            "user.registered" Registered about user, answers;
            "user.changed" Changed about user, boxed;
            "user.suspended" Suspended about user;
            "user.resumed" Resumed about user;
            "user.code_given" CodeGiven about user;
            "user.code_missed" CodeMissed about user;
            "user.code_used" CodeUsed about user;
            "profile.set" ProfileSet about user;
            "preference.set" PreferenceSet about user;
        }
    }

    contacts as Contacts {
        commands {
            "contact.add" Add by User;
            "contact.remove" Remove by User;
            "contact.block" Block by User;
            "contact.invite" InviteContact by User;
        }
        facts {
            "contact.added" Added about user;
            "contact.removed" Removed about user;
            "contact.blocked" Blocked about user;
            "contact.invited" Invited about user;
            "contact.offered" Offered about user;
            "contact.answered" Answered about user;
        }
    }

    presence as Presence {
        commands {
            "presence.online" Online by User;
            "presence.offline" Offline by User;
            "presence.lapsed" Lapsed by Lease;
        }
        facts {
            "presence.online" CameOnline about user;
            "presence.offline" WentOffline about user;
        }
    }

    message as Message {
        commands {
            "message.send" Send by User, once;
            "message.received" Received by User;
            "message.read" Read by User;
            "message.recall" Recall by User, once;
            "message.sweep" Sweep by Clock;
        }
        facts {
            "message.accepted" Accepted about message, answers, boxed;
            "delivery.page" Page about message, boxed;
            "delivery.routed" Routed about message;
            "delivery.delivered" Delivered about message;
            "delivery.read" WasRead about message;
            "delivery.filtered" Filtered about message;
            "delivery.recalled" Recalled about message;
            "delivery.expired" Expired about message;
            "delivery.failed" Failed about message;
        }
    }

    group as Group {
        commands {
            "group.create" Create by User, once;
            "group.invite" Invite by User, once;
            "group.answer" Answer by User, once;
            "group.leave" Leave by User, once;
            "group.close" Close by User, once;
            "group.remove" Remove by User, once;
            "group.grant" Grant by User, once;
            "group.set" SetGroup by User;
        }
        facts {
            "group.created" Created about group and owner, answers;
            "group.changed" Changed about group;
            "group.invited" Invited about group and by;
            "group.joined" Joined about group;
            "group.declined" Declined about group;
            "group.left" Left about group;
            "group.role_set" RoleSet about group and who;
            "group.claimed" Claimed about group and user;
            "group.sms_set" SmsSet about group;
            "group.closed" Closed about group;
        }
    }

    schedule as Schedule {
        commands {
            "schedule.create" Create by User, once, boxed;
            "schedule.replace" Replace by User, once, boxed;
            "schedule.pause" Pause by User, once;
            "schedule.resume" Resume by User, once;
            "schedule.cancel" Cancel by User, once;
            "schedule.run-now" RunNow by User, once;
            "schedule.skip" Skip by User;
            "schedule.unskip" Unskip by User;
        }
        facts {
            "schedule.created" Created about schedule, answers, boxed;
            "schedule.replaced" Replaced about schedule, boxed;
            "schedule.paused" Paused about schedule;
            "schedule.resumed" Resumed about schedule;
            "schedule.cancelled" Cancelled about schedule;
            "schedule.ended" Ended about schedule;
            "schedule.run" Ran about schedule and message, answers;
            "schedule.skip_set" SkipSet about schedule;
            "occurrence.planned" Planned about schedule;
            "occurrence.fired" Fired about schedule and message, answers;
            "occurrence.skipped" Skipped about 0.schedule;
            "occurrence.missed" Missed about 0.schedule;
            "occurrence.cancelled" OccurrenceCancelled about 0.schedule;
        }
    }

    attempt as Attempt {
        commands {
            "attempt.ask" Ask by Adapter;
            "attempt.report" Reports by Adapter, once;
        }
        facts {
            "attempt.granted" Granted about message;
            "attempt.let_go" LetGo about message;
            "attempt.accepted" Accepted about attempt.message;
            "attempt.failed" Failed about attempt.message;
            "attempt.deferred" Deferred about attempt.message;
            "attempt.unknown" Unknown about attempt.message;
            "attempt.receipt" Receipted about receipt.message;
            "attempt.unmatched" Unmatched about nobody, boxed;
            "attempt.silent" Silent about message;
        }
    }

    phone as Phone {
        commands {
            "phone.received" Received by Adapter, once;
            "phone.part" Part by Adapter, once;
            "phone.give-code" GiveCodeBySms by Adapter;
        }
        facts {
            "phone.part" Part about nobody, boxed;
            "phone.received" Heard about nobody, boxed;
            "phone.preference_set" PhonePreferenceSet about nobody;
        }
    }

    service as Service {
        commands {
            "service.set" SetService by Operator;
        }
        facts {
            "service.set" ServiceSet about nobody;
        }
    }

    timer as Timer {
        commands {
            "timer.fired" Fired by Clock;
        }
        facts {
            "timer.set" Set about timer;
        }
    }
}

impl Fact {
    /// This fact, where it is one of this type.
    pub fn get<T: Happened>(&self) -> Option<&T> {
        T::of(self)
    }

    /// Whom or what it is about first of all.
    pub fn about(&self) -> About<'_> {
        let [first, _] = self.concerns();
        first
    }

    /// The message it is about, be it beside something else.
    pub fn message(&self) -> Option<MessageId> {
        self.concerns().into_iter().find_map(|about| match about {
            About::Message(message) => Some(message),
            About::Timer(timer) => timer.message(),
            About::User(_) | About::Schedule(_) | About::Group(_) | About::Nobody => None,
        })
    }

    /// The schedule it is about.
    pub fn schedule(&self) -> Option<ScheduleId> {
        self.concerns().into_iter().find_map(|about| match about {
            About::Schedule(schedule) => Some(schedule),
            About::Timer(timer) => timer.schedule(),
            About::User(_) | About::Message(_) | About::Group(_) | About::Nobody => None,
        })
    }

    /// The first command of the story it belongs to: the one that created the schedule, or sent the message.
    pub fn story(&self) -> Option<CommandSeq> {
        self.schedule().map(ScheduleId::command).or(self.message().map(MessageId::command))
    }
}

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fact, D::Error> {
        deserializer.deserialize_map(OneEntry)
    }
}

struct OneEntry;

/// Borrowed where the bytes allow it.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for OneEntry {
    type Value = Fact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fact: a map of one entry, its name and its fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entry: A) -> Result<Fact, A::Error> {
        let name: Name<'de> = entry.next_key()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let fact = Fact::read(&name.0, &mut entry)?;
        if entry.next_key::<Name<'de>>()?.is_some() {
            return Err(A::Error::invalid_length(2, &self));
        }
        Ok(fact)
    }
}
