//! Lines typed in a terminal, or piped in.

use std::io::{BufRead, IsTerminal, Read};

use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::rules::message::TEXT_BYTES_MAX;

/// A pasted page; what is piped in waits.
pub(crate) const LINES_LEN_MAX: usize = 64;
/// A text and whom it is for.
const LINE_BYTES_MAX: u64 = TEXT_BYTES_MAX as u64 + 1_024;

/// The lines of standard input. A person's end of input is `/quit`; a pipe's is no more lines.
pub(crate) fn lines() -> Receiver<String> {
    let (sender, receiver) = mpsc::channel(LINES_LEN_MAX);
    // A thread, not a task: a read of a terminal cannot be cancelled, and must not keep us from leaving.
    std::thread::spawn(move || read(&sender));
    receiver
}

fn read(lines: &Sender<String>) {
    let mut input = std::io::stdin().lock();
    loop {
        let mut line = Vec::new();
        match (&mut input).take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) if line.ends_with(b"\n") => {}
            // Too long to be sent: Homing refuses what was read, and the rest is no line of its own.
            Ok(_) => drop(input.skip_until(b'\n')),
        }
        if lines.blocking_send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
            return;
        }
    }
    if std::io::stdin().is_terminal() {
        let _ = lines.blocking_send("/quit".to_owned());
    }
}
