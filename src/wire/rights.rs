//! What a connection may publish and subscribe to, by who it is: lists of what is allowed, and nothing else is.
//!
//! A user's name is one token without `*` or `>`, so no list reaches further than its owner's subjects.

use super::subjects;
use crate::words::{Access, AppNumber, UserName};

/// The account of nats-server in which a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// The streams, and Homing's own parts.
    Homing,
    /// People and apps. A reply subject named there has no meaning in the first one.
    Users,
    /// Those who read everything. What is read may be anybody's words: sent to a reply subject in the first account, an old
    /// command of an operator's would be a new one.
    Viewers,
}

impl Account {
    pub const ALL: [Account; 3] = [Account::Homing, Account::Users, Account::Viewers];

    pub const fn as_str(self) -> &'static str {
        match self {
            Account::Homing => "HOMING",
            Account::Users => "USERS",
            Account::Viewers => "VIEWERS",
        }
    }
}

/// Subjects, with wildcards, that may be published and subscribed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    pub account: Account,
    pub publish: Vec<String>,
    /// Of what may be published, what may not: NATS has no wildcard for "all consumers but Homing's".
    pub never_publish: Vec<String>,
    pub subscribe: Vec<String>,
    /// Subjects with queues, after a space: who joins another's queue takes away what is for them.
    pub never_subscribe: Vec<String>,
}

/// What a viewer asks of JetStream: to list, and to read by sequence. A consumer could take the place of one of Homing's.
pub const READ_STREAMS: [&str; 8] = [
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.INFO.*",
    "$JS.API.STREAM.MSG.GET.*",
    "$JS.API.DIRECT.GET.>",
    "$JS.API.CONSUMER.LIST.*",
    "$JS.API.CONSUMER.INFO.*.*",
];

/// An operator's questions; none of them changes anything.
pub const ASK_AS_OPERATOR: &str = "homing.query._admin.*";

impl Rights {
    /// Of a registered name.
    pub fn of(user: &UserName, access: Access) -> Rights {
        match access {
            Access::User => Rights::of_user(user, Account::Users),
            Access::Producer => Rights::of_user(user, Account::Homing),
            Access::App(number) => Rights::of_app(user, number),
            Access::Viewer => Rights::of_viewer(user),
            Access::Operator => {
                let all = || vec![">".to_owned()];
                Rights {
                    account: Account::Homing,
                    publish: all(),
                    never_publish: Vec::new(),
                    subscribe: all(),
                    never_subscribe: Vec::new(),
                }
            }
        }
    }

    fn of_user(user: &UserName, account: Account) -> Rights {
        let publish = ["cmd.USER.*.*", "live.USER.*", "query.USER.*"];
        let subscribe = ["to.USER.>", "outcome.USER.>", "note.USER.>"];
        let named = |subject: &str| format!("homing.{}", subject.replace("USER", user.as_str()));
        let own_inbox = format!("{}.>", subjects::inbox_prefix(user.as_str()));
        Rights {
            account,
            publish: publish.into_iter().map(named).collect(),
            never_publish: Vec::new(),
            subscribe: subscribe.into_iter().map(named).chain([own_inbox]).collect(),
            never_subscribe: Vec::new(),
        }
    }

    fn of_app(user: &UserName, number: AppNumber) -> Rights {
        let mut rights = Rights::of_user(user, Account::Users);
        rights.subscribe.push(subjects::app(number));
        rights
    }

    /// Whatever is said, and the questions of an operator.
    fn of_viewer(user: &UserName) -> Rights {
        let own_inbox = format!("{}.>", subjects::inbox_prefix(user.as_str()));
        let publish = READ_STREAMS.iter().chain([&ASK_AS_OPERATOR]);
        Rights {
            account: Account::Viewers,
            publish: publish.map(|subject| (*subject).to_owned()).collect(),
            never_publish: Vec::new(),
            subscribe: vec!["homing.>".to_owned(), own_inbox],
            never_subscribe: vec!["> >".to_owned()],
        }
    }
}
