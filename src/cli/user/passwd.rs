//! `homing user passwd`: a person's password, asked for or read, hashed here; what is published is the hash.

use std::io::{IsTerminal, Read, stdin};

use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::gate;
use crate::rules::Command;
use crate::rules::identity::SetUser;
use crate::words::UserName;

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
    output.result(&outcome, || format!("{} has a new password", args.name));
    Ok(())
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
