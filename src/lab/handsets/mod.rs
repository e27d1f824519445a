//! `homing smsc`: phones in a terminal, and the small SMSC that they belong to.
//!
//! Invariant: here numbers and texts are shown, since they are made up; they are never logged.

mod event_line;
mod phones;
mod terminal;
mod typing;

use std::time::Duration;

use serde_json::json;

use crate::cli::output::{Failure, Output};
use crate::cli::roles;
use crate::cli::settings::Settings;
use crate::lab::smsc::{Options, Smsc};
use crate::words::Span;
use terminal::Terminal;

/// Run a small SMSC with phones: show what they get, and type on them
///
/// A toy for one machine, with made-up numbers: it shows all numbers and texts, keeps nothing, and listens on
/// 127.0.0.1 alone. It speaks SMPP 3.4 with any ESME. Together with Homing:
///
///   homing smsc                                                  # in one terminal
///   homing up --smsc smpp://any:any@127.0.0.1:2775               # in another
///   homing user register alice && homing user register bob --phone +447700900001
///   homing send bob "on my way" --user alice
///
/// and the first terminal shows (times are UTC):
///
///   09:41:07  +447700900001 from 12520100001: on my way
///
/// What is typed there as a reply stands in `homing inbox --user alice`.
///
/// Typing there:
///
///   +447700900001 12520100001 see you soon   that phone sends an SMS to that number
///   /last    which phone got the last SMS, and from which number
///   /phones  the phones that got or sent something
///   /quit    ends, and /help tells all this
///   > see you soon
///
/// of which the last is a reply, from the phone that got the last SMS to the number it came from.
///
/// With --json each event is one line of JSON, the first of them {"ready":true,"smsc":"smpp://127.0.0.1:2775"}.
/// How SMSCs misbehave is seen with --throttle 5, --delay 2s, --fail 99, --undeliverable 98 or --no-receipts.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Where ESMEs connect, on 127.0.0.1; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = 2775)]
    port: u16,
    /// The only system_id that may bind [default: any]
    #[arg(long, value_name = "TEXT")]
    system_id: Option<String>,
    /// The only password that is right [default: any]
    #[arg(long, value_name = "TEXT")]
    password: Option<String>,
    /// More submits in a second are answered 0x58, throttled
    #[arg(long, value_name = "RATE", value_parser = rate)]
    throttle: Option<f64>,
    /// Before each response, in milliseconds or as 2s
    #[arg(long, value_name = "MS", default_value = "0", value_parser = milliseconds)]
    delay: Duration,
    /// From a response to its receipt, in milliseconds or as 2s; with 0 some receipts come before their responses
    #[arg(long, value_name = "MS", default_value = "100", value_parser = milliseconds)]
    receipt_delay: Duration,
    /// Numbers that end in these digits are refused for good, with 0x0B; repeatable
    #[arg(long, value_name = "DIGITS", value_delimiter = ',', value_parser = digits)]
    fail: Vec<String>,
    /// Numbers that end in these digits are not reached: their receipts say UNDELIV; repeatable
    #[arg(long, value_name = "DIGITS", value_delimiter = ',', value_parser = digits)]
    undeliverable: Vec<String>,
    /// Send no receipts, though they are asked for
    #[arg(long)]
    no_receipts: bool,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let stopping = roles::asked_to_stop();
    tokio::pin!(stopping);
    let port = args.port;
    let (smsc, events) = Smsc::start(args.options())
        .await
        .map_err(|error| Failure::failed(format!("could not listen on port {port}: {error}")))?;
    let url = format!("smpp://127.0.0.1:{}", smsc.port());
    output.result(&json!({ "ready": true, "smsc": url }), || {
        format!("ready: {url}; any phone can write: +447700900001 12520 help (/help tells more, /quit ends)")
    });
    let mut terminal = Terminal::new(smsc.clone(), events, output);
    let ended = tokio::select! {
        () = &mut stopping => Ok(()),
        ended = terminal.until_quit() => ended,
    };
    smsc.stop().await;
    ended.and_then(|()| terminal.show_rest())
}

impl Args {
    fn options(self) -> Options {
        Options {
            port: self.port,
            system_id: self.system_id,
            password: self.password,
            throttle: self.throttle,
            delay: self.delay,
            receipt_delay: self.receipt_delay,
            receipts: !self.no_receipts,
            fail: self.fail,
            undeliverable: self.undeliverable,
        }
    }
}

fn rate(text: &str) -> Result<f64, &'static str> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    rate.ok_or("a rate is a number above 0, as in 5 or 0.5")
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(ms) => Ok(Duration::from_millis(ms)),
        Err(_) => text.parse().map(Span::duration).map_err(|error| error.to_string()),
    }
}

fn digits(text: &str) -> Result<String, &'static str> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.to_owned()).ok_or("the last digits of numbers, as in 99")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_people_write_them() {
        for (text, want) in [("5", Some(5.0)), ("0.5", Some(0.5)), ("0", None), ("inf", None), ("x", None)] {
            assert_eq!(rate(text).ok(), want, "{text}");
        }
        for (text, want) in
            [("0", Some(0)), ("250", Some(250)), ("2s", Some(2_000)), ("-1", None), ("s", None)]
        {
            assert_eq!(milliseconds(text).ok(), want.map(Duration::from_millis), "{text}");
        }
        for (text, want) in [("99", true), ("", false), ("+44", false)] {
            assert_eq!(digits(text).is_ok(), want, "{text}");
        }
    }
}
