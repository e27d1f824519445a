//! `homing sms set`: how keywords are read, and what Homing says by SMS.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cli::choice::choice;
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::Command;
use crate::rules::service::{Keywords, Language, SetService, Text, Wordings};

/// Set how keywords are read, and what Homing says by SMS; `homing sms texts` shows it
///
/// Example: homing sms set --keywords us --text help.en="School messages. STOP ends them."
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[group(required = true, multiple = true)]
pub(super) struct Args {
    /// Where `us` or `ca`, CANCEL is an opt-out to an invitation too
    #[arg(long, value_name = "PROFILE", value_parser = choice::<Keywords>(Keywords::NAMES.iter().copied()))]
    keywords: Option<Keywords>,
    /// Of what answers nobody, as an invitation
    #[arg(long, value_parser = choice::<Language>(Language::NAMES.iter().copied()))]
    language: Option<Language>,
    /// Your own words for a text, in `en` or `zh`; without words both have those of this program again [repeatable]
    #[arg(long = "text", value_name = "NAME.en=WORDS", value_parser = wording)]
    texts: Vec<(Text, Wordings)>,
}

/// `help.en=…`, or `help=`.
fn wording(said: &str) -> Result<(Text, Wordings), String> {
    let shape = || "write it as in help.en=WORDS, or help= for the words of this program".to_owned();
    let (name, words) = said.split_once('=').ok_or_else(shape)?;
    let words: Option<Arc<str>> = Some(words.into()).filter(|words: &Arc<str>| !words.is_empty());
    let (name, language) =
        name.split_once('.').map_or((name, None), |(name, language)| (name, Some(language)));
    let name = name.parse::<Text>().map_err(|error| error.to_string())?;
    let language = language.map(str::parse::<Language>).transpose().map_err(|error| error.to_string())?;
    match (language, words) {
        (Some(Language::English), Some(words)) => Ok((name, Wordings { en: Some(words), zh: None })),
        (Some(Language::Chinese), Some(words)) => Ok((name, Wordings { en: None, zh: Some(words) })),
        (None, None) => Ok((name, Wordings::default())),
        (Some(_), None) | (None, Some(_)) => Err(shape()),
    }
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let Args { keywords, language, texts } = args;
    let mut named: BTreeMap<Text, Wordings> = BTreeMap::new();
    for (name, Wordings { en, zh }) in texts {
        let words = named.entry(name).or_default();
        (words.en, words.zh) = (en.or(words.en.take()), zh.or(words.zh.take()));
    }
    let texts = (!named.is_empty()).then_some(named);
    let client = Client::connect(settings, OPERATOR).await?;
    let outcome = client.accepted(&Command::from(SetService { keywords, language, texts })).await?;
    output.result(&outcome, || "set".to_owned());
    Ok(())
}
