//! `homing server config`: the configuration of a nats-server with the gate, for one that Homing does not run itself.

use std::path::PathBuf;

use serde_json::json;

use super::output::{Failure, Output};
use super::settings::Settings;
use crate::server::{self, Keys, write_secret};

/// Configure a nats-server of your own for the gate
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print the accounts and the gate's part of a nats-server's configuration
    ///
    /// The keys are made in `keys` below the data folder, where they are not there yet. Put the lines into a file that
    /// nats-server.conf includes; it holds the operator's password, so nobody else may read it. Run the gate with
    /// `homing serve --roles …,gate` and the same data folder.
    Config {
        /// Write them to this file, which only its owner reads, instead
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Speak TLS, with a certificate for these names that is signed by itself; it is made in `keys` too
        #[arg(long, value_name = "NAME", value_delimiter = ',')]
        tls_name: Vec<String>,
    },
}

pub(super) fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let What::Config { out, tls_name } = args.what;
    let keys = Keys::of(&settings.data()?)?;
    let mut text = server::gated(&keys);
    let certificate = match tls_name.as_slice() {
        [] => keys.made_certificate(),
        names => Some(keys.certificate(names)?),
    };
    text += &certificate.as_ref().map(server::tls).unwrap_or_default();
    let password_file = keys.admin_password_file();
    match out {
        Some(file) => {
            write_secret(&file, &text)
                .map_err(|error| Failure::failed(format!("could not write {}: {error}", file.display())))?;
            let done = json!({ "file": file, "admin_user": super::client::OPERATOR, "admin_password_file": password_file });
            output.result(&done, || {
                format!(
                    "{} is written; the operator's password is in {}",
                    file.display(),
                    password_file.display()
                )
            });
        }
        None => output.result(&json!({ "config": text }), || text.trim_end().to_owned()),
    }
    Ok(())
}
