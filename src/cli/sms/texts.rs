//! `homing sms texts`: what Homing says by SMS.

use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::cli::table::table;
use crate::wire::query::Nothing;
use crate::wire::sms_query::TextsView;

/// Show what Homing says by SMS, in English and Chinese; what stands in braces is filled in
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) async fn run(_: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let answer = client.answer::<TextsView>("texts", &Nothing {}).await?;
    output.shown(&answer, || {
        let TextsView { keywords, language, texts } = &answer.answer;
        let rows: Vec<_> = texts
            .iter()
            .flat_map(|text| {
                let own = if text.own { "own" } else { "" };
                let line = |language: &str, words: &str| {
                    [text.name.as_str(), language, own, words].map(str::to_owned).to_vec()
                };
                [line("en", &text.en), line("zh", &text.zh)]
            })
            .collect();
        let shown = table(&["text", "in", "", "words"], &rows);
        format!("keywords: {keywords}, language of what answers nobody: {language}\n{shown}")
    })
}
