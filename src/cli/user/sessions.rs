//! `homing user sessions`: who is connected, and the end of somebody's connections.

use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::cli::table::{one_line, table};
use crate::wire::gate_query::{END, Ended, SessionView, Sessions, SessionsOf};
use crate::wire::subjects;
use crate::words::UserName;

/// List who is connected, or end somebody's connections
///
/// Examples:
///   homing user sessions
///   homing user sessions alice
///   homing user sessions alice --end        (she may come again; `homing user suspend` keeps her out)
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Whose [default: everybody's]
    name: Option<UserName>,
    /// End them
    #[arg(long, requires = "name")]
    end: bool,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let question = SessionsOf { user: args.name };
    if args.end {
        let ended: Ended = client.asked(END.to_owned(), &question, "sessions").await?;
        output.result(&ended, || match ended.ended {
            1 => "1 connection ends".to_owned(),
            many => format!("{many} connections end"),
        });
        return Ok(());
    }
    let sessions: Sessions =
        client.asked(subjects::query(OPERATOR, "sessions"), &question, "sessions").await?;
    output.result(&sessions, || shown(&sessions));
    Ok(())
}

fn shown(Sessions { items, count, as_of: _ }: &Sessions) -> String {
    let row = |SessionView { user, from, client, since }: &SessionView| {
        vec![user.to_string(), from.clone(), since.clone(), one_line(client)]
    };
    if items.is_empty() {
        return "no connections".to_owned();
    }
    let table = table(&["user", "from", "since", "client"], &items.iter().map(row).collect::<Vec<_>>());
    match count - items.len() {
        0 => table,
        more => format!("{table}\n… and {more} more"),
    }
}
