//! The question `texts`: what Homing says by SMS, and what an operator has set of it. Operators only.

use super::answer::Found;
use super::asker::{Asked, Asker};
use super::model::Model;
use super::refusal::Unanswered;
use crate::rules::service::{Keywords, Language, Text};
use crate::wire::query::{self, Nothing};
use crate::wire::sms_query::{TextView, TextsView};

pub(super) fn find(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    asker.operator("for texts")?;
    let Nothing {} = query::parse(asked.payload)?;
    let set = model.service()?;
    let texts = Text::ALL.iter().map(|text| {
        let own = set.texts.get(text).cloned().unwrap_or_default();
        let wording = |own: Option<_>, language| own.unwrap_or_else(|| text.wording(language).into());
        TextView {
            name: *text,
            own: own.en.is_some() || own.zh.is_some(),
            en: wording(own.en, Language::English),
            zh: wording(own.zh, Language::Chinese),
        }
    });
    let view = TextsView {
        keywords: set.keywords.unwrap_or(Keywords::International),
        language: set.language.unwrap_or(Language::English),
        texts: texts.collect(),
    };
    asked.form.whole(&view).map(Found::Answer)
}
