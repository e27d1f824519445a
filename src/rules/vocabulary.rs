//! The grammar of the table of areas: from its rows come the enums, their names, their serde, and the way to `decide`.
//!
//! Invariant: a name stands in the table and nowhere else; whoever needs it asks the type (`Verb::NAME`, `Happened::NAME`).

use serde::de::DeserializeOwned;

use super::proof::{Case, Proof, Who};
use super::{Fact, Outcome, Rejection, State, Timer};
use crate::words::{GroupNumber, MessageId, ScheduleId, UserName};

/// A command's row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandRow {
    /// `<area>.<verb>` of its subject.
    pub verb: &'static str,
    /// The folder of its rules.
    pub area: &'static str,
    pub by: Who,
    /// Whether it has the field `id`.
    pub once: bool,
}

/// A fact's row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactRow {
    pub name: &'static str,
    /// The folder of its rules.
    pub area: &'static str,
}

/// Whom or what a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    User(&'a UserName),
    Message(MessageId),
    Schedule(ScheduleId),
    Group(GroupNumber),
    Timer(Timer),
    /// Nobody who could be named: a phone number never is.
    Nobody,
}

impl<'a> From<&'a UserName> for About<'a> {
    fn from(user: &'a UserName) -> Self {
        About::User(user)
    }
}

impl From<&MessageId> for About<'_> {
    fn from(message: &MessageId) -> Self {
        About::Message(*message)
    }
}

impl From<&ScheduleId> for About<'_> {
    fn from(schedule: &ScheduleId) -> Self {
        About::Schedule(*schedule)
    }
}

impl From<&GroupNumber> for About<'_> {
    fn from(group: &GroupNumber) -> Self {
        About::Group(*group)
    }
}

impl From<&Timer> for About<'_> {
    fn from(timer: &Timer) -> Self {
        About::Timer(*timer)
    }
}

/// What the table says of a command's type.
pub trait Verb {
    /// `<area>.<verb>` of its subject.
    const NAME: &'static str;
    const WHO: Who;
    type By: Proof;
}

/// What a command leads to.
pub(in crate::rules) trait Decide: Verb {
    /// The facts; none where the wish is fulfilled already.
    fn decide(&self, case: &Case<'_, Self::By>) -> Result<Vec<Fact>, Rejection>;

    /// What is answered where the wish is fulfilled already.
    fn fulfilled(&self, _: &State) -> Outcome {
        Outcome::Accepted
    }
}

/// What the table says of a fact's type.
pub trait Happened: Sized {
    const NAME: &'static str;

    /// This fact, where it is one of this type.
    fn of(fact: &Fact) -> Option<&Self>;
}

/// Reads a command's fields, once its verb has said what they are.
pub trait Fields {
    type Error;

    /// # Errors
    /// What is wrong with them.
    fn read<T: DeserializeOwned>(self) -> Result<T, Self::Error>;
}

/// A row's type as its enum holds it.
macro_rules! held {
    ($T:path;) => { $T };
    ($T:path; boxed $($flag:ident)*) => { Box<$T> };
    ($T:path; $other:ident $($flag:ident)*) => { $crate::rules::vocabulary::held!($T; $($flag)*) };
}

/// The field `id` of a row that is said `once`.
macro_rules! id {
    ($command:ident;) => {{ let _ = $command; None }};
    ($command:ident; once $($flag:ident)*) => { Some(&mut $command.id) };
    ($command:ident; $other:ident $($flag:ident)*) => { $crate::rules::vocabulary::id!($command; $($flag)*) };
}

/// As [`id`], to be read.
macro_rules! id_of {
    ($command:ident;) => {{ let _ = $command; None }};
    ($command:ident; once $($flag:ident)*) => { $command.id.as_deref() };
    ($command:ident; $other:ident $($flag:ident)*) => { $crate::rules::vocabulary::id_of!($command; $($flag)*) };
}

/// Whether a flag stands among others.
macro_rules! has {
    ($wanted:ident;) => { false };
    (once; once $($flag:ident)*) => { true };
    ($wanted:ident; $other:ident $($flag:ident)*) => { $crate::rules::vocabulary::has!($wanted; $($flag)*) };
}

/// What a commit that begins with this fact answers to the one who asked.
macro_rules! answer {
    ($fact:ident;) => {{ let _ = $fact; $crate::rules::Outcome::Accepted }};
    ($fact:ident; answers $($flag:ident)*) => { $fact.outcome() };
    ($fact:ident; $other:ident $($flag:ident)*) => { $crate::rules::vocabulary::answer!($fact; $($flag)*) };
}

/// Who may say it, and the proof of it.
macro_rules! who {
    (User) => {
        $crate::rules::proof::Who::User
    };
    (Operator) => {
        $crate::rules::proof::Who::Part($crate::rules::Part::Admin)
    };
    (Adapter) => {
        $crate::rules::proof::Who::Adapter
    };
    ($part:ident) => {
        $crate::rules::proof::Who::Part($crate::rules::Part::$part)
    };
}

macro_rules! proof {
    (User) => {
        $crate::rules::proof::ByUser
    };
    (Operator) => {
        $crate::rules::proof::ByOperator
    };
    (Adapter) => {
        $crate::rules::proof::ByAdapter
    };
    ($part:ident) => {
        $crate::rules::proof::ByPart
    };
}

macro_rules! about {
    ($fact:ident nobody) => {{ let _ = $fact; $crate::rules::About::Nobody }};
    ($fact:ident $($field:tt)+) => { $crate::rules::About::from(&$fact.$($field)+) };
}

/// One or two.
macro_rules! both {
    ($first:expr) => {
        [$first, $crate::rules::About::Nobody]
    };
    ($first:expr, $second:expr) => {
        [$first, $second]
    };
}

/// Reads the table. A command's row: verb, type, who says it, then flags; a fact's row: name, type, the fields that say what
/// it is about, then flags.
///
/// - `once`: it has the field `id`, and happens once under it.
/// - `boxed`: it is large beside its siblings.
/// - `answers`: its `outcome` is what a commit that begins with it answers.
macro_rules! areas {
    ($(
        $(#[$doc:meta])*
        $area:ident as $Area:ident {
            commands { $($verb:literal $C:ident by $who:ident $(, $cflag:ident)*;)* }
            facts { $($name:literal $F:ident about $($($field:tt).+)and+ $(, $fflag:ident)*;)* }
        }
    )*) => {
        $($(#[$doc])* pub mod $area {
            #[derive(Debug, Clone, PartialEq)]
            pub enum Command {
                $($C($crate::rules::vocabulary::held!($crate::rules::$area::$C; $($cflag)*)),)*
            }

            #[derive(Debug, Clone, PartialEq)]
            pub enum Fact {
                $($F($crate::rules::vocabulary::held!($crate::rules::$area::$F; $($fflag)*)),)*
            }
        })*

        /// An intent, parsed: one of an area's.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {
            $($Area($area::Command),)*
        }

        /// One thing that happened: one of an area's. Stored as a map of one entry, the fact's name and its fields.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Fact {
            $($Area($area::Fact),)*
        }

        impl Command {
            /// Every command, as the table has it.
            pub const ROWS: &[CommandRow] = &[$($(CommandRow {
                verb: $verb,
                area: stringify!($area),
                by: $crate::rules::vocabulary::who!($who),
                once: $crate::rules::vocabulary::has!(once; $($cflag)*),
            },)*)*];

            /// `<area>.<verb>` of the command's subject.
            pub fn verb(&self) -> &'static str {
                match self {
                    $(Command::$Area(command) => match *command {
                        $($area::Command::$C(_) => $verb,)*
                    },)*
                }
            }

            /// The field `id`, on the commands that have one.
            pub fn id(&self) -> Option<&str> {
                match self {
                    $(Command::$Area(command) => match *command {
                        $($area::Command::$C(ref command) => $crate::rules::vocabulary::id_of!(command; $($cflag)*),)*
                    },)*
                }
            }

            /// With an `id`, where it can carry one and has none: then it happens once, however often it is stored. What can
            /// carry none changes nothing when it is said again.
            #[must_use]
            pub fn once(mut self, fresh: impl FnOnce() -> String) -> Command {
                let id: Option<&mut Option<String>> = match self {
                    $(Command::$Area(ref mut command) => match *command {
                        $($area::Command::$C(ref mut command) => $crate::rules::vocabulary::id!(command; $($cflag)*),)*
                    },)*
                };
                if let Some(id) = id {
                    id.get_or_insert_with(fresh);
                }
                self
            }

            /// Reads the fields of the command that a verb names; none where no command has this verb.
            pub fn read<R: Fields>(verb: &str, fields: R) -> Option<Result<Command, R::Error>> {
                match verb {
                    $($($verb => Some(fields.read::<$crate::rules::$area::$C>().map(Command::from)),)*)*
                    _ => None,
                }
            }

            /// Lets the command's own rules decide it, with the proof of who speaks.
            pub(in crate::rules) fn judge(&self, state: &State, order: &Order) -> Decision {
                match self {
                    $(Command::$Area(command) => match *command {
                        $($area::Command::$C(ref command) => {
                            let command: &$crate::rules::$area::$C = command;
                            $crate::rules::decision::judge(state, order, command)
                        })*
                    },)*
                }
            }
        }

        /// The fields alone: the verb stands in the subject.
        impl Serialize for Command {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Command::$Area(command) => match *command {
                        $($area::Command::$C(ref command) => command.serialize(serializer),)*
                    },)*
                }
            }
        }

        impl Fact {
            /// Every fact, as the table has it.
            pub const ROWS: &[FactRow] = &[$($(FactRow { name: $name, area: stringify!($area) },)*)*];
            const NAMES: &[&str] = &[$($($name,)*)*];

            /// `<area>.<fact>`: what the fact is stored as, and what a commit goes by that begins with it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Fact::$Area(fact) => match fact {
                        $($area::Fact::$F(_) => $name,)*
                    },)*
                }
            }

            /// Whom and what it is about.
            pub fn concerns(&self) -> [About<'_>; 2] {
                match self {
                    $(Fact::$Area(fact) => match fact {
                        $($area::Fact::$F(fact) => $crate::rules::vocabulary::both!(
                            $($crate::rules::vocabulary::about!(fact $($field).+)),+
                        ),)*
                    },)*
                }
            }

            /// What a commit that begins with this fact answers to the one who asked.
            pub fn outcome(&self) -> Outcome {
                match self {
                    $(Fact::$Area(fact) => match fact {
                        $($area::Fact::$F(fact) => $crate::rules::vocabulary::answer!(fact; $($fflag)*),)*
                    },)*
                }
            }
        }

        impl Serialize for Fact {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut entry = serializer.serialize_map(Some(1))?;
                match self {
                    $(Fact::$Area(fact) => match fact {
                        $($area::Fact::$F(fact) => entry.serialize_entry($name, fact)?,)*
                    },)*
                }
                entry.end()
            }
        }

        impl Fact {
            /// Reads the value of an entry by its key.
            fn read<'de, A: MapAccess<'de>>(name: &str, entry: &mut A) -> Result<Fact, A::Error> {
                match name {
                    $($($name => entry.next_value::<$crate::rules::$area::$F>().map(Fact::from),)*)*
                    other => Err(A::Error::unknown_variant(other, Fact::NAMES)),
                }
            }
        }

        $($(
            impl Verb for $crate::rules::$area::$C {
                const NAME: &'static str = $verb;
                const WHO: Who = $crate::rules::vocabulary::who!($who);
                type By = $crate::rules::vocabulary::proof!($who);
            }

            impl From<$crate::rules::$area::$C> for Command {
                fn from(command: $crate::rules::$area::$C) -> Command {
                    Command::$Area($area::Command::$C(command.into()))
                }
            }
        )*)*

        $($(
            impl Happened for $crate::rules::$area::$F {
                const NAME: &'static str = $name;
                fn of(fact: &Fact) -> Option<&Self> {
                    #[allow(irrefutable_let_patterns, reason = "an area may have one fact")]
                    if let Fact::$Area(fact) = fact && let $area::Fact::$F(fact) = fact {
                        let fact: &Self = fact;
                        return Some(fact);
                    }
                    None
                }
            }

            impl From<$crate::rules::$area::$F> for Fact {
                fn from(fact: $crate::rules::$area::$F) -> Fact {
                    Fact::$Area($area::Fact::$F(fact.into()))
                }
            }
        )*)*
    };
}

pub(in crate::rules) use {about, answer, areas, both, has, held, id, id_of, proof, who};
