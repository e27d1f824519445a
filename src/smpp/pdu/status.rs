//! command_status (SMPP 3.4, table 5-2): its name for people, and what is to be done about it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

pub const ROK: u32 = 0x00;
pub const RINVCMDLEN: u32 = 0x02;
pub const RINVCMDID: u32 = 0x03;
pub const RINVBNDSTS: u32 = 0x04;
pub const RALYBND: u32 = 0x05;
pub const RSYSERR: u32 = 0x08;
pub const RINVDSTADR: u32 = 0x0B;
pub const RINVMSGID: u32 = 0x0C;
pub const RBINDFAIL: u32 = 0x0D;
pub const RINVPASWD: u32 = 0x0E;
pub const RINVSYSID: u32 = 0x0F;
pub const RCANCELFAIL: u32 = 0x11;
pub const RMSGQFUL: u32 = 0x14;
pub const RSUBMITFAIL: u32 = 0x45;
pub const RINVSYSTYP: u32 = 0x53;
pub const RTHROTTLED: u32 = 0x58;
/// "Try this deliver_sm again later."
pub const RX_T_APPN: u32 = 0x64;
pub const RUNKNOWNERR: u32 = 0xFF;

/// Vendors number their own errors here.
pub const VENDOR: std::ops::RangeInclusive<u32> = 0x400..=0x4FF;

/// A busy system is itself again within a few tries with growing waits; gateways try 2 to 20 times.
const TRIES_MAX: u8 = 5;
/// Some operators say so of numbers that they block for good.
const AMBIGUOUS_TRIES_MAX: u8 = 2;
/// Nobody knows what it means; once may be an accident.
const UNKNOWN_TRIES_MAX: u8 = 3;

/// What follows from a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    Accepted,
    /// The whole connector goes slower; the same PDU is submitted again until its validity ends.
    Throttle,
    /// This message is tried again, this often in all.
    Temporary {
        tries_max: u8,
    },
    Permanent,
    /// It says nothing of the message.
    Session(SessionFault),
    /// A PDU of ours was wrong: permanent, and somebody must be told.
    Ours,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionFault {
    /// The SMSC does not see us bound as we are: bind again.
    BindAgain,
    /// The SMSC does not let us in: a person must look.
    Refused,
}

/// Statuses that mean something else with one SMSC, by a connector's settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides(BTreeMap<Key, Class>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    One(u32),
    /// All of [`VENDOR`].
    Vendor,
}

impl Overrides {
    pub fn class(&self, status: u32) -> Class {
        let vendor = || self.0.get(&Key::Vendor).filter(|_| VENDOR.contains(&status));
        self.0.get(&Key::One(status)).or_else(vendor).copied().unwrap_or_else(|| class(status))
    }

    /// Adds one, as people write them: `0x45` or `69` or `vendor`, and a class.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn add(&mut self, status: &str, class: &str) -> Result<(), String> {
        let key = match status {
            "vendor" => Key::Vendor,
            number => Key::One(number_of(number).ok_or("a status is a number, as 0x45 or 69, or vendor")?),
        };
        self.0.insert(key, class.parse()?);
        Ok(())
    }
}

fn number_of(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

impl FromStr for Class {
    type Err = String;
    fn from_str(text: &str) -> Result<Class, String> {
        let tries = |tries: &str| tries.parse().ok().filter(|tries| *tries > 0);
        match text.split_once('-') {
            None if text == "accepted" => Some(Class::Accepted),
            None if text == "throttle" => Some(Class::Throttle),
            None if text == "permanent" => Some(Class::Permanent),
            None if text == "temporary" => Some(Class::Temporary { tries_max: TRIES_MAX }),
            Some(("temporary", number)) => tries(number).map(|tries_max| Class::Temporary { tries_max }),
            _ => None,
        }
        .ok_or_else(|| {
            "a class is accepted, throttle, permanent, temporary or temporary-N (N tries, 1 to 255)"
                .to_owned()
        })
    }
}

/// What follows from a status with an SMSC that keeps to the specification.
pub fn class(status: u32) -> Class {
    match status {
        ROK => Class::Accepted,
        RTHROTTLED | RMSGQFUL => Class::Throttle,
        RSYSERR | RX_T_APPN | 0xFE | RUNKNOWNERR => Class::Temporary { tries_max: TRIES_MAX },
        RSUBMITFAIL => Class::Temporary { tries_max: AMBIGUOUS_TRIES_MAX },
        RINVCMDLEN | RINVCMDID => Class::Ours,
        RINVBNDSTS | RALYBND => Class::Session(SessionFault::BindAgain),
        RBINDFAIL | RINVPASWD | RINVSYSID | RINVSYSTYP => Class::Session(SessionFault::Refused),
        // All others with a name: of the message's own fields, or of what we asked about it.
        _ if entry(status).is_some() => Class::Permanent,
        _ => Class::Temporary { tries_max: UNKNOWN_TRIES_MAX },
    }
}

/// A status for people: `0x58 ESME_RTHROTTLED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named(pub u32);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match entry(self.0) {
            Some((_, name, _)) => write!(f, "0x{:02X} ESME_{name}", self.0),
            None if VENDOR.contains(&self.0) => write!(f, "0x{:02X} vendor's own", self.0),
            None => write!(f, "0x{:02X}", self.0),
        }
    }
}

/// In words.
pub fn description(status: u32) -> Option<&'static str> {
    entry(status).map(|(_, _, words)| *words)
}

fn entry(status: u32) -> Option<&'static (u32, &'static str, &'static str)> {
    NAMES.binary_search_by_key(&status, |(number, _, _)| *number).ok().and_then(|at| NAMES.get(at))
}

/// Table 5-2, sorted.
#[rustfmt::skip]
const NAMES: &[(u32, &str, &str)] = &[
    (0x00, "ROK", "no error"),
    (0x01, "RINVMSGLEN", "message length is invalid"),
    (0x02, "RINVCMDLEN", "command length is invalid"),
    (0x03, "RINVCMDID", "invalid command id"),
    (0x04, "RINVBNDSTS", "incorrect bind status for the command"),
    (0x05, "RALYBND", "already bound"),
    (0x06, "RINVPRTFLG", "invalid priority flag"),
    (0x07, "RINVREGDLVFLG", "invalid registered delivery flag"),
    (0x08, "RSYSERR", "system error"),
    (0x0A, "RINVSRCADR", "invalid source address"),
    (0x0B, "RINVDSTADR", "invalid destination address"),
    (0x0C, "RINVMSGID", "invalid message id"),
    (0x0D, "RBINDFAIL", "bind failed"),
    (0x0E, "RINVPASWD", "invalid password"),
    (0x0F, "RINVSYSID", "invalid system id"),
    (0x11, "RCANCELFAIL", "cancel_sm failed"),
    (0x13, "RREPLACEFAIL", "replace_sm failed"),
    (0x14, "RMSGQFUL", "message queue full"),
    (0x15, "RINVSERTYP", "invalid service type"),
    (0x33, "RINVNUMDESTS", "invalid number of destinations"),
    (0x34, "RINVDLNAME", "invalid distribution list name"),
    (0x40, "RINVDESTFLAG", "invalid destination flag"),
    (0x42, "RINVSUBREP", "invalid submit with replace"),
    (0x43, "RINVESMCLASS", "invalid esm_class"),
    (0x44, "RCNTSUBDL", "cannot submit to the distribution list"),
    (0x45, "RSUBMITFAIL", "submit_sm failed"),
    (0x48, "RINVSRCTON", "invalid source address TON"),
    (0x49, "RINVSRCNPI", "invalid source address NPI"),
    (0x50, "RINVDSTTON", "invalid destination address TON"),
    (0x51, "RINVDSTNPI", "invalid destination address NPI"),
    (0x53, "RINVSYSTYP", "invalid system type"),
    (0x54, "RINVREPFLAG", "invalid replace_if_present flag"),
    (0x55, "RINVNUMMSGS", "invalid number of messages"),
    (0x58, "RTHROTTLED", "throttled: too many messages at once"),
    (0x61, "RINVSCHED", "invalid scheduled delivery time"),
    (0x62, "RINVEXPIRY", "invalid validity period"),
    (0x63, "RINVDFTMSGID", "predefined message invalid or not found"),
    (0x64, "RX_T_APPN", "the receiver has a temporary error"),
    (0x65, "RX_P_APPN", "the receiver has a permanent error"),
    (0x66, "RX_R_APPN", "the receiver rejects the message"),
    (0x67, "RQUERYFAIL", "query_sm failed"),
    (0xC0, "RINVOPTPARSTREAM", "error in the optional part"),
    (0xC1, "ROPTPARNOTALLWD", "optional parameter not allowed"),
    (0xC2, "RINVPARLEN", "invalid parameter length"),
    (0xC3, "RMISSINGOPTPARAM", "an expected optional parameter is missing"),
    (0xC4, "RINVOPTPARAMVAL", "invalid optional parameter value"),
    (0xFE, "RDELIVERYFAILURE", "delivery failure"),
    (0xFF, "RUNKNOWNERR", "unknown error"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const PERMANENT: [u32; 30] = [
        0x01, 0x06, 0x07, 0x0A, 0x0B, 0x0C, 0x15, 0x33, 0x34, 0x40, 0x42, 0x43, 0x44, 0x48, 0x49, 0x50, 0x51,
        0x54, 0x61, 0x62, 0x63, 0x65, 0x66, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0x11, 0x67,
    ];

    #[test]
    fn each_status_has_its_class() {
        for status in PERMANENT {
            assert_eq!(class(status), Class::Permanent, "{}", Named(status));
        }
        for (status, want) in [
            (0x00, Class::Accepted),
            (0x58, Class::Throttle),
            (0x14, Class::Throttle),
            (0x08, Class::Temporary { tries_max: 5 }),
            (0xFE, Class::Temporary { tries_max: 5 }),
            (0x45, Class::Temporary { tries_max: 2 }),
            (0x401, Class::Temporary { tries_max: 3 }),
            (0x10, Class::Temporary { tries_max: 3 }),
            (u32::MAX, Class::Temporary { tries_max: 3 }),
            (0x02, Class::Ours),
            (0x03, Class::Ours),
            (0x04, Class::Session(SessionFault::BindAgain)),
            (0x0E, Class::Session(SessionFault::Refused)),
        ] {
            assert_eq!(class(status), want, "{}", Named(status));
        }
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn a_connector_says_what_its_smsc_means() {
        let mut overrides = Overrides::default();
        for (status, class) in [("0x45", "permanent"), ("1025", "throttle"), ("vendor", "temporary-9")] {
            overrides.add(status, class).unwrap();
        }
        for (status, want) in [
            (0x45, Class::Permanent),
            (0x401, Class::Throttle),
            (0x402, Class::Temporary { tries_max: 9 }),
            (0x58, Class::Throttle),
        ] {
            assert_eq!(overrides.class(status), want);
        }
        for (status, class) in [
            ("0xZZ", "permanent"),
            ("", "permanent"),
            ("1", "never"),
            ("1", "temporary-0"),
            ("1", "temporary-300"),
        ] {
            assert!(overrides.add(status, class).is_err(), "{status} {class}");
        }
    }

    #[test]
    fn people_see_a_name() {
        for (status, want) in [(0x58, "0x58 ESME_RTHROTTLED"), (0x401, "0x401 vendor's own"), (0x10, "0x10")]
        {
            assert_eq!(Named(status).to_string(), want);
        }
    }
}
