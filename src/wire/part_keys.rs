//! Keys of Homing's parts, for those that may run elsewhere: a row each, with what the part may say and hear.
//!
//! The files of the keys, the server's configuration and the gate's document follow these rows. Not here: the decider and the gate.
//! One writes EVENTS, the other says who may do what: a key that lets them do their work lets its holder do everything.

use super::rights::{Account, Rights};
use super::subjects;
use crate::rules::Part;
use crate::rules::attempt::Adapter;

/// A part that may run with a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartKey {
    /// As `homing serve --roles` names it.
    pub role: &'static str,
    /// As whom it says commands.
    says: Option<Part>,
    /// The stream and the durable consumer of which it takes its work.
    works_on: Option<(&'static str, &'static str)>,
    /// It keeps a position of its own in EVENTS, and reads with consumers that end with it.
    follows: bool,
    publishes: &'static [&'static str],
    subscribes: &'static [&'static str],
    never_subscribes: &'static [&'static str],
}

const NOTHING: PartKey = PartKey {
    role: "",
    says: None,
    works_on: None,
    follows: false,
    publishes: &[],
    subscribes: &[],
    never_subscribes: &[],
};

pub const PART_KEYS: [PartKey; 5] = [
    PartKey {
        role: "fanout",
        works_on: Some(("EVENTS", "fanout")),
        publishes: &[
            "homing.to.>",
            "homing.note.>",
            "homing.out.>",
            subjects::LOOK,
            "homing.query._admin.senders",
            "$JS.API.CONSUMER.UNPIN.EVENTS.fanout",
            "$JS.API.CONSUMER.UNPIN.EVENTS.fanout-spare",
        ],
        ..NOTHING
    },
    PartKey {
        role: "scheduler",
        says: Some(Part::Clock),
        works_on: Some(("EVENTS", "scheduler")),
        publishes: &[
            "homing.due.>",
            subjects::AWAITED,
            subjects::UNWANTED,
            "homing.out._parked.timers.>",
            "$JS.API.STREAM.MSG.GET.DUE",
            "$JS.API.STREAM.MSG.DELETE.DUE",
            "$JS.API.CONSUMER.NAMES.DUE",
            "$JS.API.CONSUMER.CREATE.DUE.>",
            "$JS.API.CONSUMER.INFO.DUE.*",
            "$JS.API.CONSUMER.MSG.NEXT.DUE.*",
            "$JS.API.CONSUMER.DELETE.DUE.*",
            "$JS.ACK.DUE.>",
            "$JS.ACK.*.*.DUE.>",
        ],
        ..NOTHING
    },
    PartKey {
        role: "presence",
        says: Some(Part::Lease),
        follows: true,
        // It hears its own marks among the heartbeats.
        publishes: &["homing.live._lease.*"],
        subscribes: &[subjects::HEARTBEATS],
        ..NOTHING
    },
    PartKey {
        role: "query",
        follows: true,
        publishes: &[subjects::PING],
        subscribes: &["homing.query.*.*", "$SRV.>"],
        never_subscribes: &["homing.query._decider.*"],
        ..NOTHING
    },
    PartKey {
        role: "sms",
        says: Some(Part::By(Adapter::Sms)),
        works_on: Some(("OUTBOX", "sms")),
        follows: true,
        publishes: &[
            "homing.query._decider.*",
            subjects::SMS_STOPS,
            "homing.out._parked.smpp.>",
            // What it said before it was killed, and what of its own was refused.
            "$JS.API.CONSUMER.CREATE.COMMANDS.*.homing.cmd._sms.>",
            "$JS.API.CONSUMER.MSG.NEXT.COMMANDS.*",
            "$JS.API.DIRECT.GET.COMMANDS",
        ],
        subscribes: &[subjects::SMS_STOPS, "homing.query._admin.sms", "$SRV.>"],
        ..NOTHING
    },
];

/// What each part asks of JetStream: whether the streams are as declared, and single commits.
const EACH_ASKS: [&str; 7] = [
    "$JS.API.INFO",
    "$JS.API.STREAM.INFO.*",
    "$JS.API.CONSUMER.INFO.EVENTS.*",
    "$JS.API.CONSUMER.INFO.OUTBOX.*",
    "$JS.API.STREAM.MSG.GET.EVENTS",
    "$JS.API.DIRECT.GET.EVENTS",
    "$JS.API.STREAM.MSG.GET.POSITIONS",
];
/// To read EVENTS with consumers that end with their reader.
const FOLLOWING: [&str; 4] = [
    "$JS.API.CONSUMER.CREATE.EVENTS",
    "$JS.API.CONSUMER.CREATE.EVENTS.>",
    "$JS.API.CONSUMER.MSG.NEXT.EVENTS.*",
    "$JS.API.CONSUMER.DELETE.EVENTS.*",
];

impl PartKey {
    /// The file of its key.
    pub fn file(&self) -> String {
        format!("{}.nk", self.role)
    }

    /// Beside these it may answer what it is asked, wherever the answer is to go.
    pub fn rights(&self) -> Rights {
        let commands = self.says.map(|part| format!("homing.cmd.{}.*.*", part.as_str()));
        let mut publish: Vec<String> = commands.into_iter().collect();
        let mut subscribe = vec![
            format!("{}.>", subjects::part_inbox_prefix(self.role)),
            subjects::query(subjects::OPERATOR, "status"),
        ];
        publish.extend(EACH_ASKS.iter().chain(self.publishes).map(|subject| (*subject).to_owned()));
        subscribe.extend(self.subscribes.iter().map(|subject| (*subject).to_owned()));
        if self.follows {
            publish.extend(FOLLOWING.map(str::to_owned));
        }
        if let Some((stream, durable)) = self.works_on {
            publish.extend(working_on(stream, durable));
            publish.push(format!("homing.out._parked.{durable}.>"));
        }
        let others = PART_KEYS.iter().filter(|other| other.role != self.role && self.follows);
        let others = others.filter_map(|other| other.works_on).filter(|(stream, _)| *stream == "EVENTS");
        Rights {
            account: Account::Homing,
            publish,
            never_publish: others.flat_map(|(stream, durable)| consuming(stream, durable)).collect(),
            subscribe,
            never_subscribe: self.never_subscribes.iter().map(|subject| (*subject).to_owned()).collect(),
        }
    }
}

/// To take work of a durable consumer, to make it again where it was lost, to settle, and to keep how far it has come.
fn working_on(stream: &str, durable: &str) -> Vec<String> {
    let mut subjects = consuming(stream, durable);
    for name in names(durable) {
        subjects.extend([format!("$JS.ACK.{stream}.{name}.>"), format!("$JS.ACK.*.*.{stream}.{name}.>")]);
    }
    subjects.push(subjects::position(stream, durable));
    subjects
}

fn consuming(stream: &str, durable: &str) -> Vec<String> {
    let calls = |name: String| {
        let of = format!("{stream}.{name}");
        [format!("CREATE.{of}"), format!("CREATE.{of}.>"), format!("MSG.NEXT.{of}"), format!("DELETE.{of}")]
    };
    let calls = names(durable).into_iter().flat_map(calls);
    calls.map(|call| format!("$JS.API.CONSUMER.{call}")).collect()
}

/// It goes by the second one where the server does not take the first any more.
fn names(durable: &str) -> [String; 2] {
    [durable.to_owned(), format!("{durable}-spare")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_parts_key_writes_events_or_says_what_another_part_says() {
        for part in &PART_KEYS {
            let said = part.says.map(|part| format!("homing.cmd.{}.*.*", part.as_str()));
            for subject in part.rights().publish {
                assert!(!subject.starts_with("homing.evt"), "{} may publish {subject}", part.role);
                assert!(!subject.starts_with('>') && !subject.starts_with('*'), "{}: {subject}", part.role);
                let commands = subject.starts_with("homing.cmd");
                assert!(!commands || Some(&subject) == said.as_ref(), "{} may publish {subject}", part.role);
            }
        }
    }

    #[test]
    fn the_gates_document_names_each_parts_key() {
        let document = include_str!("../gate/README.md");
        for part in &PART_KEYS {
            let row = format!("| `{}` elsewhere | `keys/{}` | HOMING |", part.role, part.file());
            assert!(document.contains(&row), "src/gate/README.md lacks a row that begins with {row}");
        }
    }
}
