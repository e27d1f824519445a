//! Who connects to NATS, where the address does not say it, and the files of TLS.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::Failure;
use crate::log::{NatsUrl, Tls};

/// What every subcommand takes beside the address.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Credentials {
    /// The seed of an nkey to sign in with
    #[arg(long, global = true, env = "NATS_NKEY", value_name = "FILE", conflicts_with = "creds")]
    nkey: Option<PathBuf>,
    /// A user's JWT and seed, as NATS's own tools write them
    #[arg(long, global = true, env = "NATS_CREDS", value_name = "FILE")]
    creds: Option<PathBuf>,
    /// The certificates that the server's is signed by [default: the system's]
    #[arg(long, global = true, env = "NATS_CA", value_name = "FILE")]
    nats_ca: Option<PathBuf>,
    /// A certificate of one's own, where the server asks for one
    #[arg(long, global = true, env = "NATS_CERT", value_name = "FILE", requires = "nats_key")]
    nats_cert: Option<PathBuf>,
    /// The key of that certificate
    #[arg(long, global = true, env = "NATS_KEY", value_name = "FILE", requires = "nats_cert")]
    nats_key: Option<PathBuf>,
}

impl Credentials {
    /// The address with what was said here.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub(super) fn sign_in(&self, address: NatsUrl) -> Result<NatsUrl, Failure> {
        let own = self.nats_cert.clone().zip(self.nats_key.clone());
        let address = address.with_tls(Tls { ca: self.nats_ca.clone(), own });
        match (&self.nkey, &self.creds) {
            (Some(file), _) => {
                let seed =
                    read("--nkey", file, "the seed of an nkey, as in keys/homing.nk of a data folder")?;
                Ok(address.with_nkey(seed.trim()))
            }
            (None, Some(file)) => {
                // The client library reads it again.
                read("--creds", file, "a user's JWT and seed")?;
                Ok(address.with_creds(file.clone()))
            }
            (None, None) => Ok(address),
        }
    }
}

/// What stands in a file, which is to be `what`.
fn read(flag: &str, file: &Path, what: &str) -> Result<String, Failure> {
    let failure = |why: &str| {
        Failure::usage(format!("{flag} {}: {why}; name a file that holds {what}", file.display()))
    };
    if file.is_dir() {
        return Err(failure("it is a folder"));
    }
    std::fs::read_to_string(file).map_err(|error| failure(&format!("it cannot be read: {error}")))
}
