//! `homing decode`: stored payloads as JSON, for `nats … --translate "homing decode"` and as a filter on a pipe.

use std::io::{BufRead, ErrorKind, stdin};

use serde_json::{Value, json};

use super::output::{Failure, Output};
use crate::wire::first_value;

/// No payload is larger: what is longer and cannot be read is shown as it is. Bytes.
const PAYLOAD_BYTES_MAX: usize = 8 * 1_024 * 1_024;

/// Turn payloads from standard input into JSON, a line each, as they come
///
/// Made for the NATS CLI: nats stream get EVENTS 1 --translate "homing decode". What is neither MessagePack nor JSON
/// is shown as hex.
///
/// Example of a pipe: nats sub --raw 'homing.evt.>' | homing decode
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Several lines, indented
    #[arg(long)]
    pretty: bool,
}

pub(super) fn run(args: Args, output: Output) -> Result<(), Failure> {
    let Args { pretty } = args;
    let (mut input, mut bytes, mut shown) = (stdin().lock(), Vec::new(), false);
    loop {
        let read = match input.fill_buf() {
            Ok(chunk) => {
                bytes.extend_from_slice(chunk);
                chunk.len()
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::failed(format!("could not read standard input: {error}"))),
        };
        input.consume(read);
        while let Some((value, used)) = first_value(&bytes) {
            bytes.drain(..used);
            show(&value, pretty, output)?;
            shown = true;
        }
        let is_over = read == 0;
        if is_over || bytes.len() > PAYLOAD_BYTES_MAX {
            let rest = std::mem::take(&mut bytes);
            // Behind the last payload there may be a line end; nothing at all is an empty payload.
            if !rest.trim_ascii().is_empty() || (is_over && !shown) {
                let hex: String = rest.iter().map(|byte| format!("{byte:02x}")).collect();
                show(&json!({ "hex": hex }), pretty, output)?;
                shown = true;
            }
        }
        if is_over {
            return Ok(());
        }
    }
}

fn show(value: &Value, pretty: bool, output: Output) -> Result<(), Failure> {
    let text = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    output.shown(value, || text.unwrap_or_else(|_| Value::Null.to_string()))
}
