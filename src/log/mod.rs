//! JetStream: connecting, the streams' declarations, appending, reading, consuming.
//!
//! Invariant: nothing outside this room speaks to the JetStream API.
//! Invariant: the clock is read in `clock.rs` and nowhere else.
#![doc = include_str!("../../streams/README.md")]

mod append;
mod bodies;
mod change;
pub mod clock;
mod compared;
mod connection;
mod denied;
mod draw;
mod durable;
mod ending;
mod fault;
mod follow;
mod history;
mod layout;
mod mark;
mod minutes;
mod nats_url;
mod ours;
mod pace;
mod pipeline;
mod process;
mod projection;
mod publish;
mod pull;
mod read;
mod rebuild;
mod recording;
mod refused;
mod rows;
mod since;
mod store;
mod streams;
mod take;
mod tls_troubles;
mod unreadable;
mod work;

pub use append::{Acks, Appender, Appending};
pub use compared::{Compared, FolderState, Projected, Sides};
pub use connection::{DENIED_TARGET, Log, Record, SUBSCRIPTION_LEN_MAX};
pub use denied::{Denials, unheard_below};
pub use draw::Draw;
pub use ending::ending;
pub use fault::{Fault, Retry};
pub use follow::Follower;
pub use history::{History, Reader};
pub use mark::{Mark, Place};
pub use minutes::TIMERS;
pub use nats_url::{NatsUrl, Tls};
pub use pace::Pace;
pub use pipeline::Pipeline;
pub use process::host;
pub use projection::{Projection, Shape, blocking, private_folder};
pub use pull::{Pull, Source, Taken, Verdict};
pub use read::{Ends, Lost};
pub use rebuild::rebuilding;
pub use recording::{Head, Maker, Recording};
pub use refused::{NotLetIn, Refusals};
pub use rows::Rows;
pub use store::{Batch, Engine, Scan};
pub use streams::{Difference, Finding, FindingState};
pub use work::{Handler, work};
