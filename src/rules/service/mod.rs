//! What an operator sets for everybody who writes by SMS: how keywords are read, and in what words Homing answers.

mod set;
mod texts;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

pub use super::areas::service::{Command, Fact};
pub use set::SetService;
pub use texts::{Language, Text, Wordings};

use super::State;
use crate::words::named;

named! {
    /// How keywords are read that mean one thing here and another there.
    "keyword profile" Keywords {
        /// CANCEL to an invitation ends the invitation.
        International = "international",
        /// CANCEL is an opt-out, whatever it answers (47 CFR 64.1200(a)(10)).
        Us = "us",
        /// The same in Canada.
        Ca = "ca",
    }
}

impl Keywords {
    /// Whether CANCEL is the wish to get no SMS also where an invitation waits for an answer.
    pub(super) fn cancel_opts_out(self) -> bool {
        match self {
            Keywords::Us | Keywords::Ca => true,
            Keywords::International => false,
        }
    }
}

/// `service.set`: what is absent stays as it was.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceSet {
    pub keywords: Option<Keywords>,
    pub language: Option<Language>,
    /// Those that have changed; a language that is absent has the words of this program again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<Text, Wordings>,
}

/// As it is set now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Service {
    pub(super) keywords: Keywords,
    /// Of what answers nobody: an invitation.
    pub(super) language: Language,
    texts: BTreeMap<Text, Wordings>,
}

impl Default for Service {
    fn default() -> Service {
        let (keywords, language) = (Keywords::International, Language::English);
        Service { keywords, language, texts: BTreeMap::new() }
    }
}

impl State {
    /// A text in somebody's language, with what stands in for its `{names}`.
    pub(super) fn say(&self, text: Text, language: Language, values: &[(&str, &str)]) -> String {
        let own = self.service.texts.get(&text).and_then(|wordings| wordings.of(language));
        texts::filled(own.unwrap_or(text.wording(language)), values)
    }
}

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    let Fact::ServiceSet(ServiceSet { keywords, language, texts }) = fact;
    let service = Arc::make_mut(&mut state.service);
    service.keywords = keywords.unwrap_or(service.keywords);
    service.language = language.unwrap_or(service.language);
    for (text, wordings) in texts {
        match wordings.is_empty() {
            true => service.texts.remove(text),
            false => service.texts.insert(*text, wordings.clone()),
        };
    }
}
