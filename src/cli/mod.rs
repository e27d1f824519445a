//! The command line: a file per subcommand, and what they share.
//!
//! Invariant: only here is anything printed. Results go to standard output, everything else to standard error.
//! Invariant: exit codes are 0 done, 1 refused or failed, 2 usage.
//!
//! [contract]: crate::wire
//! [gate]: crate::gate
//! [kept]: crate::log#what-leaves-commands
//! [lab]: crate::lab
//! [limits]: crate::wire#limits
//! [smsc]: crate::sms#connect-an-smsc
#![doc = include_str!("README.md")]
#![allow(clippy::print_stdout, reason = "this is the room that prints")]

mod backoff;
mod bisect;
mod choice;
pub(crate) mod client;
mod completions;
mod compose;
mod contact;
mod context;
mod conversations;
mod credentials;
mod decode;
mod delivery;
mod events;
mod export;
mod group;
mod history;
mod import;
mod inbox;
mod kept_contacts;
mod ledger;
pub(crate) mod lines;
mod listen;
mod man;
mod meter;
mod nats_server;
mod optout;
pub(crate) mod output;
mod pages;
mod preference;
mod presence;
mod profile;
mod quota;
mod read;
mod recall;
mod recount;
mod replay;
pub(crate) mod roles;
mod schedule;
mod send;
mod serve;
mod server;
pub(crate) mod settings;
mod sms;
pub(crate) mod smsc_settings;
mod source;
mod status;
mod streams;
pub(crate) mod table;
pub(crate) mod up;
mod user;
mod verify;
mod whatif;
pub(crate) mod which_server;
mod why;

use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

use output::{Failure, Output};
use settings::Settings;

/// A message broker for people: live, later, or by SMS, event-sourced on NATS JetStream.
#[derive(Debug, Parser)]
#[command(
    name = "homing",
    version,
    max_term_width = 100,
    after_help = "Start with `homing demo`; `homing <command> --help` explains each command."
)]
struct Cli<M: Subcommands> {
    #[command(flatten)]
    global: settings::Global,
    #[command(subcommand)]
    command: Command<M>,
}

/// Subcommands of another room, beside those here.
pub(crate) trait Subcommands: Subcommand {
    /// Runs the one that was chosen.
    ///
    /// # Errors
    /// What is to be told, with the exit code.
    async fn run(self, settings: &Settings, output: Output) -> Result<(), Failure>;
}

#[derive(Debug, Subcommand)]
enum Command<M: Subcommands> {
    Up(up::Args),
    Serve(serve::Args),
    Server(server::Args),
    Send(send::Args),
    Schedule(Box<schedule::Args>),
    Compose(compose::Args),
    Listen(listen::Args),
    Inbox(inbox::Args),
    History(history::Args),
    Conversations(conversations::Args),
    Delivery(delivery::Args),
    Read(read::Args),
    Recall(recall::Args),
    Presence(presence::Args),
    Contact(contact::Args),
    Group(group::Args),
    Profile(profile::Args),
    Preference(preference::Args),
    Optout(optout::Args),
    Quota(quota::Args),
    User(user::Args),
    Sms(sms::Args),
    Status(status::Args),
    Streams(streams::Args),
    Why(why::Args),
    Events(events::Args),
    Replay(replay::Args),
    Bisect(bisect::Args),
    Whatif(whatif::Args),
    Verify(verify::Args),
    Ledger(ledger::Args),
    Export(export::Args),
    Import(import::Args),
    Decode(decode::Args),
    #[command(flatten)]
    More(M),
    Completions(completions::Args),
    Man(man::Args),
    #[command(name = nats_server::NAME, hide = true)]
    NatsServer(nats_server::Args),
}

/// Runs what the command line asks for, be it of this room or of the other.
pub(crate) fn main<M: Subcommands>() -> ExitCode {
    let matches = match Cli::<M>::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() && asks_for_json() => {
            return Output::new(true).fail(Failure::usage(error.render().to_string().trim_end().to_owned()));
        }
        Err(error) => error.exit(),
    };
    let cli = Cli::<M>::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let output = Output::new(cli.global.json);
    if let Command::NatsServer(args) = &cli.command {
        // Its words go into the server's log, from where Homing reads them.
        return Output::new(false).fail(nats_server::run(args));
    }
    let settings = match Settings::load(cli.global, &matches) {
        Ok(settings) => settings,
        Err(failure) => return output.fail(failure),
    };
    match run(cli.command, &settings, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.fail(failure),
    }
}

/// Whether a command line that cannot be read is a program's.
fn asks_for_json() -> bool {
    std::env::args_os().any(|argument| argument == "--json")
}

fn run<M: Subcommands>(command: Command<M>, settings: &Settings, output: Output) -> Result<(), Failure> {
    match command {
        Command::Up(args) => run_async(up::run(args, settings, output)),
        Command::Serve(args) => run_async(serve::run(args, settings, output)),
        Command::Server(args) => server::run(args, settings, output),
        Command::Send(args) => run_async(send::run(args, settings, output)),
        Command::Schedule(args) => run_async(schedule::run(*args, settings, output)),
        Command::Compose(args) => run_async(compose::run(args, settings, output)),
        Command::Listen(args) => run_async(listen::run(args, settings, output)),
        Command::Inbox(args) => run_async(inbox::run(args, settings, output)),
        Command::History(args) => run_async(history::run(args, settings, output)),
        Command::Conversations(args) => run_async(conversations::run(args, settings, output)),
        Command::Delivery(args) => run_async(delivery::run(args, settings, output)),
        Command::Read(args) => run_async(read::run(args, settings, output)),
        Command::Recall(args) => run_async(recall::run(args, settings, output)),
        Command::Presence(args) => run_async(presence::run(args, settings, output)),
        Command::Contact(args) => run_async(contact::run(args, settings, output)),
        Command::Group(args) => run_async(group::run(args, settings, output)),
        Command::Profile(args) => run_async(profile::run(args, settings, output)),
        Command::Preference(args) => run_async(preference::run(args, settings, output)),
        Command::Optout(args) => run_async(optout::run(args, settings, output)),
        Command::Quota(args) => run_async(quota::run(args, settings, output)),
        Command::User(args) => run_async(user::run(args, settings, output)),
        Command::Sms(args) => run_async(sms::run(args, settings, output)),
        Command::Status(args) => run_async(status::run(args, settings, output)),
        Command::Streams(args) => run_async(streams::run(args, settings, output)),
        Command::Why(args) => run_async(stoppable(why::run(args, settings, output))),
        Command::Events(args) => run_async(events::run(args, settings, output)),
        Command::Replay(args) => run_async(stoppable(replay::run(args, settings, output))),
        Command::Bisect(args) => run_async(stoppable(bisect::run(args, settings, output))),
        Command::Whatif(args) => run_async(stoppable(whatif::run(args, settings, output))),
        Command::Verify(args) => run_async(verify::run(args, settings, output)),
        Command::Ledger(args) => run_async(ledger::run(args, settings, output)),
        Command::Export(args) => run_async(stoppable(export::run(args, settings, output))),
        Command::Import(args) => run_async(import::run(args, settings, output)),
        Command::Decode(args) => decode::run(args, output),
        Command::More(more) => run_async(more.run(settings, output)),
        Command::Completions(args) => completions::run(args, &mut Cli::<M>::command(), output),
        Command::Man(args) => man::run(args, Cli::<M>::command(), output),
        Command::NatsServer(args) => Err(nats_server::run(&args)),
    }
}

/// What was begun on threads of its own is done by then, or hangs.
const LEFT_WITHIN: Duration = Duration::from_secs(1);

/// Ends where it is told to, and leaves no temporary file: what it has begun is dropped.
async fn stoppable(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::select! {
        biased;
        done = work => done,
        told = told_to_stop() => told.and(Err(Failure::failed("it was stopped before its end".to_owned()))),
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn told_to_stop() -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::failed(error.to_string());
    let mut terminated = signal(SignalKind::terminate()).map_err(failed)?;
    tokio::select! {
        pressed = ctrl_c() => pressed.map_err(failed),
        _ = terminated.recv() => Ok(()),
    }
}

fn run_async(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(format!("could not start: {error}")))?;
    let done = runtime.block_on(work);
    // A thread that hangs on a disk is not waited for.
    runtime.shutdown_timeout(LEFT_WITHIN);
    done
}

/// The command line as clap knows it.
#[cfg(test)]
pub(crate) fn command<M: Subcommands>() -> clap::Command {
    Cli::<M>::command()
}
