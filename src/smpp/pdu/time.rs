//! Absolute times as SMPP writes them (SMPP 3.4, 7.1.1): `YYMMDDhhmmsstnnp`, here always in UTC.

use chrono::DateTime;

/// For validity_period and schedule_delivery_time. `None` for a time that no calendar holds.
pub fn absolute_time(unix_ms: i64) -> Option<String> {
    // Tenths of a second 0; 00 quarters of an hour ahead of UTC.
    Some(DateTime::from_timestamp_millis(unix_ms)?.format("%y%m%d%H%M%S000+").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sixteen_characters_in_utc() {
        for (unix_ms, want) in [
            (0, "700101000000000+"),
            (1_795_192_000_999, "261120162640000+"),
            (951_782_400_000, "000229000000000+"),
        ] {
            assert_eq!(absolute_time(unix_ms).as_deref(), Some(want));
        }
        assert_eq!(absolute_time(i64::MAX), None);
    }
}
