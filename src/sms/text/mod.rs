//! The texts of short messages: alphabets, segments, and what comes in (3GPP TS 23.038, TS 23.040).
