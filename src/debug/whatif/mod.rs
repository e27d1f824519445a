//! The what-if: the commands of a recording decided again, with something changed, and whose outcome that changes.
//!
//! Why outcomes and not decisions: a release that decides in other words, or numbers its reasons otherwise, changes nobody's
//! message. What a decision comes to for each recipient is what is compared.
//!
//! Invariant: sealed, as the replay is: it has a recording, and nothing that reaches anybody.
//! Invariant: what the world answered to one way of a delivery counts for no other way: a client that was never sent the message
//! has not confirmed it.

mod difference;
mod patch;
mod reactions;
mod timers;
mod walk;

pub use difference::{Difference, Outcome};
pub use patch::{ClockOffset, Patch, Where};

use std::sync::Arc;

use serde::Serialize;

use crate::log::{Fault, Recording, private_folder};
use walk::Walk;

/// Differences that are followed to their ends; of more it is only known that they are there. Some hundred bytes each.
const DIFFERENCES_LEN_MAX: usize = 100_000;

/// What is to be otherwise; nothing, where only the program may be.
#[derive(Debug, Clone, Default)]
pub struct WhatIf {
    pub patches: Vec<Patch>,
    /// All clocks go wrong by so much.
    pub clock: ClockOffset,
}

/// What it came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Found {
    /// Commands that were decided again.
    pub commands: u64,
    /// Deliveries whose outcome is another, in the order of their messages.
    pub differences: Vec<Difference>,
    /// Deliveries that took another way, and were too many to be followed to their ends.
    pub not_followed: u64,
    /// Commands that were added and refused, with their codes.
    pub refused: Vec<String>,
    /// Patches that were never used: nobody of that name came, or no such command.
    pub unused: Vec<String>,
}

impl WhatIf {
    /// Decides again. `progress` hears how many commands are done, of how many.
    ///
    /// # Errors
    /// When the recording has no commands, holds one story alone, or cannot be read; or when the disk does not work.
    pub async fn run(&self, recording: Arc<Recording>, progress: impl Fn(u64, u64)) -> Result<Found, Fault> {
        let doing = || Fault::never("decide the recording again");
        if let Some(about) = &recording.head().about {
            return Err(doing()
                .because(format!("it holds the story of {about} alone, and not all that was said before")));
        }
        if recording.len("COMMANDS") == 0 {
            return Err(doing().because("it holds no commands"));
        }
        if recording.ends("EVENTS").first > 1 || recording.head().base.is_some() {
            return Err(doing().because("it does not begin with the log"));
        }
        let folder = private_folder()?;
        let mut walk = Walk::begin(recording, self, folder.path()).await?;
        walk.all(progress).await?;
        Ok(walk.found())
    }
}
