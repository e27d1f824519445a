//! What a decision could see of somebody: the commits that had made it so, in words.

use std::collections::BTreeMap;

use super::Topic;
use crate::rules::presence::OfflineReason;
use crate::rules::{Commit, Fact, contacts, identity, presence};
use crate::words::{EventSeq, Instant, Party};

/// The commits of a story, by their place.
pub type Commits = BTreeMap<EventSeq, Commit>;

/// What is known of a recipient at one step.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub commits: &'a Commits,
    pub to: &'a Party,
    /// The commit of the step itself.
    pub here: EventSeq,
    pub read: &'a [(Topic, EventSeq)],
    /// Whether the asker may see what others did.
    pub open: bool,
}

/// A commit that made something so.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub seq: EventSeq,
    pub at: Instant,
    pub says: String,
}

impl Evidence<'_> {
    /// The latest of a topic.
    pub fn latest(&self, topic: Topic) -> Option<Seen> {
        let (_, seq) = self.read.iter().find(|(of, _)| *of == topic)?;
        self.at(*seq)
    }

    /// What a commit says of them.
    pub fn at(&self, seq: EventSeq) -> Option<Seen> {
        let commit = self.commits.get(&seq).filter(|_| self.open)?;
        let said: Vec<String> = commit.facts.iter().filter_map(|fact| self.says(fact)).collect();
        let says = said.last()?.clone();
        Some(Seen { seq, at: commit.at, says })
    }

    fn says(&self, fact: &Fact) -> Option<String> {
        let name = self.to.user()?;
        match fact {
            Fact::Presence(presence::Fact::CameOnline(came)) if came.user == *name => {
                Some(format!("{} came online", came.device))
            }
            Fact::Presence(presence::Fact::WentOffline(went)) if went.user == *name => {
                Some(match went.because {
                    OfflineReason::Said => format!("{} went offline", went.device),
                    OfflineReason::Lapsed => format!("the lease of {} ran out", went.device),
                })
            }
            Fact::Identity(fact) => account(fact, name),
            Fact::Contacts(contacts::Fact::Blocked(blocked)) if blocked.user == *name => {
                Some(format!("{name} blocked {}", blocked.who))
            }
            Fact::Contacts(contacts::Fact::Removed(removed)) if removed.user == *name => {
                Some(format!("{name} took {} off the list", removed.who))
            }
            Fact::Contacts(contacts::Fact::Added(added)) if added.user == *name => {
                Some(format!("{name} put {} on the list", added.who))
            }
            Fact::Presence(_)
            | Fact::Contacts(_)
            | Fact::Refusal(_)
            | Fact::Message(_)
            | Fact::Group(_)
            | Fact::Schedule(_)
            | Fact::Attempt(_)
            | Fact::Phone(_)
            | Fact::Service(_)
            | Fact::Timer(_) => None,
        }
    }
}

fn account(fact: &identity::Fact, name: &crate::words::UserName) -> Option<String> {
    match fact {
        identity::Fact::Registered(registered) if registered.user == *name => Some("registered".to_owned()),
        identity::Fact::Changed(changed) if changed.user == *name => Some("account changed".to_owned()),
        identity::Fact::Suspended(suspended) if suspended.user == *name => Some("suspended".to_owned()),
        identity::Fact::Resumed(resumed) if resumed.user == *name => Some("resumed".to_owned()),
        identity::Fact::PreferenceSet(set) if set.user == *name => {
            set.sms.map(|sms| if sms { "wishes SMS".to_owned() } else { "wishes no SMS".to_owned() })
        }
        identity::Fact::Registered(_)
        | identity::Fact::Changed(_)
        | identity::Fact::Suspended(_)
        | identity::Fact::Resumed(_)
        | identity::Fact::PreferenceSet(_)
        | identity::Fact::ProfileSet(_)
        | identity::Fact::CodeGiven(_)
        | identity::Fact::CodeMissed(_)
        | identity::Fact::CodeUsed(_) => None,
    }
}
