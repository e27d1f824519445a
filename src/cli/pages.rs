//! Lists that come in pages: one page, or all of them one after the other.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::Client;
use super::output::{Failure, Output};
use crate::wire::query::{Answer, Items, LIMIT_MAX};

/// Which part of a list is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Paging {
    /// Entries per page, at most 1000 [default: 100; with --all 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) limit: Option<u16>,
    /// Continue after this cursor, which the previous page printed
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// All pages, one after the other; with --json a line for each page
    #[arg(long)]
    all: bool,
}

/// The fields of a question that name its page.
pub(super) struct Place {
    pub(super) limit: Option<usize>,
    pub(super) after: Option<String>,
}

impl Paging {
    pub(super) fn at_once(&self) -> Option<usize> {
        self.limit.map(usize::from).or(self.all.then_some(LIMIT_MAX))
    }

    pub(super) fn all(&self) -> bool {
        self.all
    }

    pub(super) fn after(&self) -> Option<String> {
        self.after.clone()
    }

    /// Whether nothing says which page, but for its length.
    pub(super) fn is_unsaid(&self) -> bool {
        self.after.is_none() && !self.all
    }

    /// Asks for the page, or for all pages, and gives each to `show`.
    pub(super) async fn each<T: DeserializeOwned, Q: Serialize>(
        self,
        client: &Client,
        name: &str,
        question: impl Fn(Place) -> Q,
        mut show: impl AsyncFnMut(&Answer<Items<T>>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let limit = self.at_once();
        let mut after = self.after;
        loop {
            let page: Answer<Items<T>> = client.answer(name, &question(Place { limit, after })).await?;
            show(&page).await?;
            after = page.answer.next.filter(|_| self.all);
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

impl Output {
    /// A page of a list: the answer for programs, and `person` for people, with the way to the next page.
    pub(super) fn page<T: Serialize>(
        self,
        page: &Answer<Items<T>>,
        person: impl FnOnce(&[T]) -> String,
    ) -> Result<(), Failure> {
        self.shown(page, || person(&page.answer.items))?;
        if let Some(next) = &page.answer.next {
            self.progress(&format!("There is more: --after {next} goes on, --all shows all."));
        }
        Ok(())
    }

    /// A page of a list that is read from its end, with the way to the page before it.
    pub(super) fn page_back<T: Serialize>(
        self,
        page: &Answer<Items<T>>,
        person: impl FnOnce(&[T]) -> String,
    ) -> Result<(), Failure> {
        self.shown(page, || person(&page.answer.items))?;
        if let Some(next) = &page.answer.next {
            self.progress(&format!("There is more before: --before {next} shows it, --all shows all."));
        }
        Ok(())
    }
}
