//! `homing decode`: a stored payload as JSON, for `nats … --translate "homing decode"`.

use std::io::Read;

use serde_json::{Value, json};

use super::output::{Failure, Output};

/// Turn a payload from standard input into one line of JSON
///
/// Made for the NATS CLI: nats stream get EVENTS 1 --translate "homing decode". What is neither MessagePack nor JSON
/// is shown as hex.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Several lines, indented
    #[arg(long)]
    pretty: bool,
}

pub(super) fn run(args: Args, output: Output) -> Result<(), Failure> {
    let mut payload = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut payload);
    read.map_err(|error| Failure::failed(format!("could not read standard input: {error}")))?;
    let value = crate::wire::to_value(&payload).unwrap_or_else(|| {
        let hex: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({ "hex": hex })
    });
    let text = if args.pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
    output.line(&text.unwrap_or_else(|_| Value::Null.to_string()));
    Ok(())
}
