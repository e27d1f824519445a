//! `homing user passwd`: a person's password, asked for or read, hashed here; what is published is the hash.

use std::io::{IsTerminal, Read, stdin};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::gate;
use crate::rules::identity::{Changed, Registered, SetUser};
use crate::rules::{Command, Happened};
use crate::wire::gate_query::{Sessions, SessionsOf};
use crate::wire::subjects;
use crate::words::UserName;

/// It reads the log at once; a busy machine takes longer.
const KNOWN_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Set the password with which someone signs in; connections that they have end
///
/// Asks for it twice, or reads one line of standard input with --stdin. Only its hash (Argon2id) leaves this program.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    name: UserName,
    /// Read the password from standard input, up to the end of its first line
    #[arg(long)]
    stdin: bool,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let secret = Some(secret(args.stdin)?);
    let set = SetUser { secret, ..SetUser::of(args.name.clone()) };
    let outcome = client.accepted(&Command::from(set)).await?;
    until_the_gate_knows(&client, &args.name).await?;
    output.result(&outcome, || format!("{} has a new password", args.name));
    Ok(())
}

/// So that whoever is told of a password can sign in with it. Where no gate runs there is nothing to wait for.
pub(super) async fn until_the_gate_knows(client: &Client, name: &UserName) -> Result<(), Failure> {
    let (subject, theirs) = (subjects::query(OPERATOR, "sessions"), SessionsOf { user: Some(name.clone()) });
    let changed = subjects::events_with(&[Registered::NAME, Changed::NAME]);
    let last = client.log.last_seq_of("EVENTS", &changed).await?;
    let until = Instant::now() + KNOWN_WITHIN;
    while Instant::now() < until {
        match client.asked::<Sessions>(subject.clone(), &theirs, "sessions").await {
            Ok(sessions) if sessions.as_of.0 < last => sleep(LOOK_EVERY).await,
            Ok(_) | Err(_) => return Ok(()),
        }
    }
    Err(Failure::failed(
        "the password is stored, and the gate does not know it yet; `homing status` shows how it is"
            .to_owned(),
    ))
}

/// The hash of a password that is asked for twice, or read once.
pub(super) fn secret(from_stdin: bool) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::failed(format!("could not read the password: {error}"));
    let password = match from_stdin {
        true => {
            let mut text = String::new();
            // One byte more than any password has, and its line end.
            let limit = gate::PASSWORD_BYTES_MAX as u64 + 2;
            stdin().lock().take(limit).read_to_string(&mut text).map_err(failed)?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        false if !stdin().is_terminal() => {
            return Err(Failure::usage(
                "there is no terminal to ask on: say --stdin to read the password from standard input"
                    .to_owned(),
            ));
        }
        false => {
            let first = rpassword::prompt_password("New password: ").map_err(failed)?;
            if first != rpassword::prompt_password("The same again: ").map_err(failed)? {
                return Err(Failure::failed("the two are not the same; nothing was changed".to_owned()));
            }
            first
        }
    };
    if password.is_empty() || password.len() > gate::PASSWORD_BYTES_MAX {
        return Err(Failure::usage(format!("a password has 1 to {} bytes", gate::PASSWORD_BYTES_MAX)));
    }
    Ok(gate::hash(&password)?)
}
