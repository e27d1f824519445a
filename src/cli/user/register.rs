//! `homing user register`: a person gets a name and an IM number.

use super::details::Details;
use super::passwd::{secret, until_the_gate_knows};
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::cli::table::or_dash;
use crate::rules::Command;
use crate::rules::identity::Register;
use crate::words::UserName;

/// Register a person
///
/// Examples:
///   homing user register alice
///   homing user register bob --phone +8613800138000 --zone Asia/Shanghai --day 200
///
/// The same registration again changes nothing; one with other details is refused.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// 1 to 32 of a-z, 0-9, _ and -, the first a letter or digit
    name: UserName,
    #[command(flatten)]
    details: Details,
    /// Ask for a password with which they sign in
    #[arg(long)]
    passwd: bool,
    /// Read that password from standard input
    #[arg(long, requires = "passwd")]
    stdin: bool,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let secret = if args.passwd { Some(secret(args.stdin)?) } else { None };
    let register = Register { secret, ..args.details.register(args.name.clone())? };
    let outcome = client.accepted(&Command::from(register)).await?;
    if args.passwd {
        until_the_gate_knows(&client, &args.name).await?;
    }
    output.result(&outcome, || format!("registered {}, IM number {}", args.name, or_dash(outcome.im)));
    Ok(())
}
