//! A question: what is asked, by whom, and about whom they may ask.

use super::form::Form;
use super::model::Model;
use super::refusal::{Unanswered, names_nobody, not_allowed};
use crate::rules::{Part, Rejection, Sender};
use crate::words::{Instant, UserName};

/// Who asks what, and how the answer is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The `<user>` of its subject.
    pub(super) by: &'a str,
    pub(super) payload: &'a [u8],
    pub(super) form: Form,
    pub(super) now: Instant,
}

/// The `<user>` of a question's subject, which the server's permissions make true.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asker {
    User(UserName),
    /// `_admin`
    Operator,
}

impl Asker {
    pub(super) fn of(token: &str, model: &Model) -> Result<Asker, Unanswered> {
        match token.parse().unwrap_or(Sender::Unknown) {
            Sender::Part(Part::Admin) => Ok(Asker::Operator),
            Sender::Part(Part::Clock | Part::Lease | Part::Gate | Part::By(_)) => {
                Err(not_allowed(token, "anything").into())
            }
            Sender::Unknown => Err(Rejection::unknown_sender(token).into()),
            Sender::User(name) => match model.user(&name)? {
                None => Err(Rejection::unknown_sender(token).into()),
                Some(user) if user.suspended => Err(Rejection::suspended(token).into()),
                Some(_) => Ok(Asker::User(name)),
            },
        }
    }

    /// Lets only operators on.
    pub(super) fn operator(&self, what: &str) -> Result<(), Unanswered> {
        match self {
            Asker::Operator => Ok(()),
            Asker::User(name) => Err(not_allowed(name.as_str(), what).into()),
        }
    }

    /// Whose rows are meant: a user's own, or those of the one an operator names.
    pub(super) fn whose(&self, named: Option<UserName>, model: &Model) -> Result<UserName, Unanswered> {
        match (self, named) {
            (Asker::User(asker), None) => Ok(asker.clone()),
            (Asker::User(asker), Some(named)) if *asker == named => Ok(named),
            (Asker::User(asker), Some(named)) => {
                Err(not_allowed(asker.as_str(), &format!("about {named}")).into())
            }
            (Asker::Operator, None) => Err(names_nobody().into()),
            (Asker::Operator, Some(named)) => match model.user(&named)? {
                Some(_) => Ok(named),
                None => Err(Rejection::unknown_user(named.as_str()).at_field("user").into()),
            },
        }
    }
}
