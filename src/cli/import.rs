//! `homing import`: a data folder made of a file of `homing export`, which is read without a server.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::output::{Failure, Output};
use super::settings::Settings;
use super::source;
use crate::log::{Fault, Recording, blocking};

/// Make a data folder of a file of `homing export`, to be read without a server
///
/// The folder that --data names must be empty, or not there. From then on `homing why` and `homing events` with this --data read
/// what the file holds; no Homing runs on it. A file that was cut or changed is refused.
///
/// Examples:
///   homing import homing-m42.recording --data ./m42
///   homing why m42 --data ./m42
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// What `homing export` has made
    file: PathBuf,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let data = settings.data()?;
    must_be_empty(&data)?;
    let (file, folder) = (args.file, data.clone());
    let recording = blocking(move || imported(&file, &folder)).await?;
    let (commits, commands) = (recording.len("EVENTS"), recording.len("COMMANDS"));
    let about = recording.head().about.clone();
    let value = json!({
        "data": data, "about": about, "redacted": recording.head().redacted, "commits": commits, "commands": commands,
    });
    output.shown(&value, || {
        let name = data.display();
        let ask = match &about {
            Some(about) => format!("homing why {} --data {name}", source::in_a_shell(about)),
            None => format!("homing events --data {name}"),
        };
        format!("{name} holds {commits} commits and {commands} commands\n{ask}")
    })
}

fn must_be_empty(data: &Path) -> Result<(), Failure> {
    let holds = match fs::read_dir(data) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => {
            return Err(Failure::failed(format!("could not look into {}: {error}", data.display())));
        }
    };
    if holds {
        let text =
            format!("{} is not empty: name another folder with --data, which is made for it", data.display());
        return Err(Failure::failed(text));
    }
    Ok(())
}

/// Copies it, and puts it under its name when the copy is whole.
fn imported(file: &Path, data: &Path) -> Result<Recording, Fault> {
    Recording::open(file)?;
    let failed = |error: io::Error| Fault::never(format!("import into {}", data.display())).because(error);
    DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(failed)?;
    let place = source::imported(data);
    let fresh = place.with_extension("new");
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(&fresh);
    let copied = opened.and_then(|mut to| {
        io::copy(&mut File::open(file)?, &mut to)?;
        to.sync_all()
    });
    let whole = copied.map_err(failed).and_then(|()| {
        let recording = Recording::open(&fresh)?;
        fs::rename(&fresh, &place).map_err(failed)?;
        Ok(recording)
    });
    if whole.is_err() {
        // What is left of it would keep the folder from being empty.
        let _ = fs::remove_file(&fresh);
    }
    whole
}
