//! An occurrence's name: the local time that it is planned for, as a person would say it.

use std::fmt;
use std::str::FromStr;

use super::Occurrence;
use crate::words::{Civil, WordError, serde_by_text};

/// What an occurrence is known by: its nominal local time, with `/2` behind it for the later one of two that the clocks
/// show alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OccurrenceName {
    pub nominal: Civil,
    pub second: bool,
}

const SECOND: &str = "/2";

impl FromStr for OccurrenceName {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let (nominal, second) = text.strip_suffix(SECOND).map_or((text, false), |first| (first, true));
        Ok(OccurrenceName { nominal: nominal.parse()?, second })
    }
}

impl fmt::Display for OccurrenceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.nominal, if self.second { SECOND } else { "" })
    }
}

serde_by_text!(OccurrenceName);

impl Occurrence {
    pub fn name(&self) -> OccurrenceName {
        OccurrenceName { nominal: self.nominal, second: self.second }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occurrence_has_one_name() {
        for text in ["2026-12-01T09:00:00", "2026-11-01T01:30:00/2"] {
            assert_eq!(text.parse::<OccurrenceName>().unwrap().to_string(), text);
        }
        for bad in ["", "/2", "2026-12-01T09:00:00/1", "2026-12-01T09:00:00/2/2"] {
            assert!(bad.parse::<OccurrenceName>().is_err(), "{bad:?} was taken");
        }
    }
}
