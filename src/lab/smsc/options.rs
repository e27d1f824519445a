//! The options of an SMSC: how it is to behave, and to misbehave.

use std::time::Duration;

/// All of it is what a good SMSC does, unless it is told otherwise.
#[derive(Clone)]
pub struct Options {
    /// 0 picks a free one.
    pub port: u16,
    /// Who may bind; `None` lets everybody in.
    pub system_id: Option<String>,
    pub password: Option<String>,
    /// submit_sm in a second, above which they are answered ESME_RTHROTTLED (0x58). Above 0.
    pub throttle: Option<f64>,
    /// Before each response to a request about messages; binds and enquire_link are answered at once.
    pub delay: Duration,
    /// Between the response and the receipt.
    pub receipt_delay: Duration,
    /// Also where registered_delivery asks for receipts, none are sent when false.
    pub receipts: bool,
    /// Numbers that end so are refused for good: ESME_RINVDSTADR (0x0B).
    pub fail: Vec<String>,
    /// Numbers that end so are accepted and not reached: their receipts say UNDELIV.
    pub undeliverable: Vec<String>,
}

/// A phone that is near a mast gets it so soon.
const RECEIPT_DELAY: Duration = Duration::from_millis(100);

impl Default for Options {
    /// On a free port.
    fn default() -> Options {
        Options {
            port: 0,
            system_id: None,
            password: None,
            throttle: None,
            delay: Duration::ZERO,
            receipt_delay: RECEIPT_DELAY,
            receipts: true,
            fail: Vec::new(),
            undeliverable: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("port", &self.port).finish_non_exhaustive()
    }
}
