//! Septets packed into octets (TS 23.038 section 6.1.2.1), also behind a user data header.

use super::gsm::CARRIAGE_RETURN;

const SEPTET_BITS: usize = 7;
const OCTET_BITS: usize = 8;

/// Zero bits between the header and the first septet, which begins at a septet boundary counted from the header's
/// first bit (TS 23.040 section 9.2.3.24).
fn fill_bits(header_octets: usize) -> usize {
    (SEPTET_BITS - header_octets * OCTET_BITS % SEPTET_BITS) % SEPTET_BITS
}

/// Septets that a header and its fill bits take up.
fn header_septets(header_octets: usize) -> usize {
    (header_octets * OCTET_BITS).div_ceil(SEPTET_BITS)
}

/// Whether the last septet ends where an octet ends. There a carriage return is read as padding.
pub(super) fn ends_on_octet(header_octets: usize, septets: usize) -> bool {
    (header_septets(header_octets) + septets).is_multiple_of(OCTET_BITS)
}

/// The octets behind a header of this length. Where seven bits are left over they are a carriage return, not an `@`
/// (TS 23.038 section 6.1.2.3.1).
pub(super) fn pack(septets: &[u8], header_octets: usize) -> Vec<u8> {
    let pads = ends_on_octet(header_octets, septets.len() + 1);
    let padding = pads.then_some(&CARRIAGE_RETURN);
    let mut octets = Vec::with_capacity(septets.len());
    let mut pending = 0_u16;
    let mut bits = fill_bits(header_octets);
    for septet in septets.iter().chain(padding) {
        pending |= u16::from(septet & 0x7f) << bits;
        bits += SEPTET_BITS;
        if bits >= OCTET_BITS {
            octets.push(low_octet(pending));
            pending >>= OCTET_BITS;
            bits -= OCTET_BITS;
        }
    }
    if bits > 0 {
        octets.push(low_octet(pending));
    }
    octets
}

/// The septets in the octets behind a header of this length.
pub(super) fn unpack(octets: &[u8], header_octets: usize) -> Vec<u8> {
    let mut septets = Vec::with_capacity(octets.len() * OCTET_BITS / SEPTET_BITS);
    let mut pending = 0_u32;
    let mut bits = 0;
    let mut skip = fill_bits(header_octets);
    for octet in octets {
        pending |= u32::from(*octet) << bits;
        bits += OCTET_BITS;
        // Six at most: they are all in the first octet.
        pending >>= skip;
        bits -= skip;
        skip = 0;
        while bits >= SEPTET_BITS {
            septets.push(low_octet(u16::try_from(pending & 0x7f).unwrap_or(0)));
            pending >>= SEPTET_BITS;
            bits -= SEPTET_BITS;
        }
    }
    if septets.last() == Some(&CARRIAGE_RETURN) && ends_on_octet(header_octets, septets.len()) {
        septets.pop();
    }
    septets
}

fn low_octet(bits: u16) -> u8 {
    bits.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn septets_are_packed_as_others_pack_them() {
        for (text, hex) in [
            ("Test", "d4f29c0e"),
            ("Tttt", "543a9d0e"),
            ("hellohello", "e8329bfd4697d9ec37"),
            ("1234567", "31d98c56b3dd1a"),
            ("12345678", "31d98c56b3dd70"),
            ("", ""),
        ] {
            let octets = pack(text.as_bytes(), 0);
            let written: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            assert_eq!(written, hex, "{text}");
            assert_eq!(unpack(&octets, 0), text.as_bytes());
        }
    }

    #[test]
    fn a_header_moves_the_first_septet_to_a_septet_boundary() {
        for (header, fill, capacity) in
            [(0, 0, 160), (6, 1, 153), (7, 0, 152), (4, 3, 155), (9, 5, 149), (10, 4, 148), (12, 2, 146)]
        {
            assert_eq!(fill_bits(header), fill);
            for len in 0..=capacity {
                let septets = vec![b'a'; len];
                let octets = pack(&septets, header);
                assert!(header + octets.len() <= 140, "{len} behind {header}");
                assert_eq!(unpack(&octets, header), septets, "{len} behind {header}");
            }
        }
    }
}
