//! An operator sets keywords, language and texts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::texts::Language;
use super::{Keywords, ServiceSet, Text, Wordings, texts};
use crate::rules::proof::{ByOperator, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection};

/// Three segments of UCS-2, with what stands in for its names.
const WORDING_BYTES_MAX: usize = 480;

/// `service.set`. Refused with `service.bad_text` or `command.too_large`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SetService {
    pub keywords: Option<Keywords>,
    pub language: Option<Language>,
    /// By name; a language that is absent has the words of this program again.
    pub texts: Option<BTreeMap<Text, Wordings>>,
}

impl Decide for SetService {
    fn decide(&self, case: &Case<'_, ByOperator>) -> Decided {
        let kept = &case.state.service;
        for (text, wordings) in self.texts.iter().flatten() {
            wordings.all().try_for_each(|wording| fits(*text, wording))?;
        }
        let none = Wordings::default();
        let changed =
            |(text, wordings): &(&Text, &Wordings)| kept.texts.get(text).unwrap_or(&none) != *wordings;
        let texts = self.texts.iter().flatten().filter(changed);
        let set = ServiceSet {
            keywords: self.keywords.filter(|keywords| *keywords != kept.keywords),
            language: self.language.filter(|language| *language != kept.language),
            texts: texts.map(|(text, wordings)| (*text, wordings.clone())).collect(),
        };
        Ok(if set == ServiceSet::default() { Vec::new() } else { vec![set.into()] })
    }
}

/// That it names what the text has, and nothing else: without its code nobody signs in.
fn fits(text: Text, wording: &str) -> Result<(), Rejection> {
    if wording.len() > WORDING_BYTES_MAX {
        return Err(Rejection::value_too_long("a text", WORDING_BYTES_MAX).at_field("texts"));
    }
    let known: Vec<&str> = texts::names(text.wording(Language::English)).collect();
    let unknown = texts::names(wording).find(|name| !known.contains(name));
    match unknown {
        _ if wording.trim().is_empty() => Err(Rejection::bad_service_text(text.as_str(), "it is empty")),
        Some(name) => {
            Err(Rejection::bad_service_text(text.as_str(), &format!("there is no {{{name}}} in it")))
        }
        None => match known.iter().find(|name| !texts::names(wording).any(|said| said == **name)) {
            Some(name) => {
                Err(Rejection::bad_service_text(text.as_str(), &format!("{{{name}}} is to stand in it")))
            }
            None => Ok(()),
        },
    }
}
