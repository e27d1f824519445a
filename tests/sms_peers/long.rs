//! Long texts: what the SMSC puts together is what was written, whichever way the parts are marked.

use crate::smsc::Submit;
use crate::world::{Form, World};

/// How the account's parts are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    Udh8,
    Udh16,
    Sar,
    Payload,
}

/// Which part of which text: reference, number of parts, this one's.
type Place = (u16, u8, u8);

/// The SMSC's library has decoded each part on its own: a character cut in two is seen.
pub async fn texts(world: &World, carrier: Carrier) {
    let (extensions, surrogates) = ("{a^b}[c]~|\\€", "жизнь 😀🚀");
    for text in [
        extensions.repeat(40),
        format!("x{}", extensions.repeat(40)),
        surrogates.repeat(20),
        format!("я{}", surrogates.repeat(20)),
        "short".to_owned(),
        "Ünïcödé 😀".to_owned(),
    ] {
        let phone = world.phone();
        let message = world.sends(&phone, &text).await;
        world.accepted(message).await;
        let submits = world.smsc.submits(&phone, 1).await;
        let ucs2 = text.chars().any(|c| c == '😀');
        assert!(submits.iter().all(|submit| submit.data_coding == if ucs2 { 8 } else { 0 }), "{submits:?}");
        let joined = join(&submits, carrier);
        assert_eq!(joined, text, "{carrier:?} in {} parts", submits.len());
        for submit in &submits {
            let tag = world.receipt(submit, Form::Text).await;
            world.smsc.acknowledged(tag).await;
        }
        world.delivered(message).await;
    }
}

fn join(submits: &[Submit], carrier: Carrier) -> String {
    if let [whole] = submits {
        assert_eq!(
            (place(whole), whole.payload),
            (None, carrier == Carrier::Payload && whole.text.len() > 20)
        );
        return whole.text.clone();
    }
    assert!(carrier != Carrier::Payload, "a payload is not cut");
    let mut parts: Vec<(Place, &Submit)> =
        submits.iter().map(|submit| (place(submit).expect("a part tells its place"), submit)).collect();
    parts.sort_unstable_by_key(|(place, _)| *place);
    let reference = parts[0].0.0;
    for (at, ((its, total, number), submit)) in parts.iter().enumerate() {
        assert_eq!((*its, usize::from(*total), usize::from(*number)), (reference, parts.len(), at + 1));
        assert_eq!(submit.udh.is_empty(), carrier == Carrier::Sar);
        let element = submit.udh.get(..4).unwrap_or_default();
        assert_eq!(
            element,
            if carrier == Carrier::Udh8 {
                "0003"
            } else if carrier == Carrier::Udh16 {
                "0804"
            } else {
                ""
            }
        );
        assert_eq!(submit.esm_class & 0x40 != 0, carrier != Carrier::Sar, "UDHI is there for a header");
    }
    parts.iter().map(|(_, submit)| submit.text.as_str()).collect()
}

fn place(submit: &Submit) -> Option<Place> {
    if let Some(reference) = submit.sar_msg_ref_num {
        return Some((reference, submit.sar_total_segments?, submit.sar_segment_seqnum?));
    }
    let octet = |at: usize| u8::from_str_radix(submit.udh.get(at * 2..at * 2 + 2)?, 16).ok();
    match (octet(0)?, octet(1)?) {
        (0x00, 3) => Some((octet(2)?.into(), octet(3)?, octet(4)?)),
        (0x08, 4) => Some((u16::from_be_bytes([octet(2)?, octet(3)?]), octet(4)?, octet(5)?)),
        _ => None,
    }
}
