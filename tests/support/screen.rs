//! The screen of a program that runs at a terminal: what it shows, looked for in the order in which it comes.

use std::io::Read;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Also on a busy machine.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

/// What a terminal has shown and was not looked for yet.
pub struct Screen {
    shown: Receiver<Vec<u8>>,
    left: String,
}

impl Screen {
    pub fn of(mut terminal: impl Read + Send + 'static) -> Screen {
        let (told, shown) = sync_channel(1_000);
        thread::spawn(move || {
            let mut bytes = [0; 1_024];
            while let Ok(len @ 1..) = terminal.read(&mut bytes) {
                let _nobody_looks = told.send(bytes.iter().take(len).copied().collect());
            }
        });
        Screen { shown, left: String::new() }
    }

    /// Waits until this is shown, behind what was looked for before.
    pub fn shows(&mut self, want: &str) {
        let deadline = Instant::now() + SHOWN_WITHIN;
        loop {
            if let Some(at) = self.left.find(want) {
                self.left = self.left.split_off(at + want.len());
                return;
            }
            let more = self.shown.recv_timeout(deadline.saturating_duration_since(Instant::now()));
            let more = more.unwrap_or_else(|error| panic!("{want:?} is not shown ({error}): {}", self.left));
            self.left += &String::from_utf8_lossy(&more);
        }
    }
}
