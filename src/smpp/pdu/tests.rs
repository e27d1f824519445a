//! The codec as a whole: what is written is read again, and nothing that a peer sends breaks it.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn frames(octets: &[u8]) -> Vec<Frame> {
    let mut reader = FrameReader::new(2 * PDU_BYTES_MAX);
    reader.room(octets.len()).extend_from_slice(octets);
    std::iter::from_fn(|| reader.next_frame().ok().flatten()).collect()
}

fn one(octets: &[u8]) -> Frame {
    let frames = frames(octets);
    assert_eq!(frames.len(), 1);
    frames.into_iter().next().unwrap()
}

/// A PDU of this command around a body, as a peer sends it.
fn raw(command: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER_LEN + body.len()).unwrap();
    let head = [length, command, 0, 7].map(u32::to_be_bytes).concat();
    [&head[..], body].concat()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap()).collect();
    digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect()
}

/// A deliver_sm up to sm_length: no service type, from 49 to 7, a receipt by its class, all else 0.
const DELIVER: &str = "00 0101343900 01013700 04 00 00 00 00 00 00 00 00";

fn text() -> impl Strategy<Value = String> {
    "[ -~éж€]{0,20}"
}

fn address() -> impl Strategy<Value = Address> {
    (any::<u8>(), any::<u8>(), text()).prop_map(|(ton, npi, text)| Address { ton, npi, text })
}

fn tlvs() -> impl Strategy<Value = Tlvs> {
    let tag = any::<u16>().prop_filter("it is unfolded", |tag| *tag != tlv::MESSAGE_PAYLOAD);
    vec((tag, vec(any::<u8>(), 0..20)), 0..4)
        .prop_map(|pairs| pairs.into_iter().fold(Tlvs::default(), |tlvs, (tag, value)| tlvs.with(tag, value)))
}

fn message() -> impl Strategy<Value = ShortMessage> {
    let octets = prop_oneof![4 => vec(any::<u8>(), 0..200), 1 => vec(any::<u8>(), 250..1_000)];
    let flags = (any::<[u8; 7]>(), text(), text());
    (text(), address(), address(), flags, octets, tlvs()).prop_map(
        |(service_type, source, dest, (flags, schedule, validity), octets, tlvs)| ShortMessage {
            service_type,
            source,
            dest,
            esm_class: flags[0],
            protocol_id: flags[1],
            priority_flag: flags[2],
            schedule_delivery_time: schedule,
            validity_period: validity,
            registered_delivery: flags[3],
            replace_if_present: flags[4],
            data_coding: flags[5],
            sm_default_msg_id: flags[6],
            octets,
            tlvs,
        },
    )
}

/// What a data_sm has no field for.
fn data(message: ShortMessage) -> ShortMessage {
    ShortMessage {
        protocol_id: 0,
        priority_flag: 0,
        schedule_delivery_time: String::new(),
        validity_period: String::new(),
        replace_if_present: 0,
        sm_default_msg_id: 0,
        ..message
    }
}

fn kind() -> impl Strategy<Value = BindKind> {
    select(vec![BindKind::Receiver, BindKind::Transmitter, BindKind::Transceiver])
}

fn bind() -> impl Strategy<Value = Bind> {
    (kind(), [text(), text(), text(), text()], any::<[u8; 3]>()).prop_map(|(kind, texts, numbers)| {
        let [system_id, password, system_type, address_range] = texts;
        let [interface_version, addr_ton, addr_npi] = numbers;
        Bind { kind, system_id, password, system_type, interface_version, addr_ton, addr_npi, address_range }
    })
}

fn query_resp() -> impl Strategy<Value = QuerySmResp> {
    (text(), text(), option::of(any::<[u8; 2]>())).prop_map(|(message_id, final_date, rest)| QuerySmResp {
        message_id,
        final_date,
        message_state: rest.map(|rest| rest[0]),
        error_code: rest.map(|rest| rest[1]),
    })
}

fn body() -> impl Strategy<Value = Body> {
    let cancel =
        (text(), text(), address(), address()).prop_map(|(service_type, message_id, source, dest)| {
            Body::CancelSm(CancelSm { service_type, message_id, source, dest })
        });
    let resp = (kind(), text(), tlvs());
    prop_oneof![
        message().prop_map(Body::SubmitSm),
        message().prop_map(Body::DeliverSm),
        message().prop_map(|message| Body::DataSm(data(message))),
        text().prop_map(Body::SubmitSmResp),
        text().prop_map(Body::DataSmResp),
        bind().prop_map(Body::Bind),
        resp.prop_map(|(kind, system_id, tlvs)| Body::BindResp(BindResp { kind, system_id, tlvs })),
        (text(), text()).prop_map(|(system_id, password)| Body::Outbind(Outbind { system_id, password })),
        (text(), address()).prop_map(|(message_id, source)| Body::QuerySm(QuerySm { message_id, source })),
        query_resp().prop_map(Body::QuerySmResp),
        cancel,
        (address(), address()).prop_map(|(source, esme)| Body::AlertNotification(Alert { source, esme })),
        select(vec![
            Body::Unbind,
            Body::UnbindResp,
            Body::EnquireLink,
            Body::EnquireLinkResp,
            Body::GenericNack,
            Body::CancelSmResp,
            Body::DeliverSmResp,
            Body::Foreign(0x0001_0200),
        ]),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(bodies in vec((body(), any::<u32>(), any::<u32>()), 1..4)) {
        let mut octets = Vec::new();
        bodies.iter().for_each(|(body, status, sequence)| body.put(&mut octets, *status, *sequence));
        let frames = frames(&octets);
        let read: Vec<_> = frames.iter().map(|f| (Body::of(f), f.header.status, f.header.sequence)).collect();
        prop_assert_eq!(read, bodies);
    }

    #[test]
    fn nothing_at_random_breaks_it(octets in vec(any::<u8>(), 0..600), command in select(COMMANDS)) {
        frames(&octets).iter().for_each(look_at);
        look_at(&one(&raw(command, &octets)));
    }

    #[test]
    fn every_bent_pdu_is_read_or_broken(body in body()) {
        every_bend(&body.to_vec(0, 1));
    }
}

const COMMANDS: &[u32] = &[
    command::BIND_TRANSCEIVER,
    command::BIND_TRANSCEIVER_RESP,
    command::OUTBIND,
    command::SUBMIT_SM,
    command::SUBMIT_SM_RESP,
    command::DELIVER_SM,
    command::DATA_SM,
    command::QUERY_SM,
    command::QUERY_SM_RESP,
    command::CANCEL_SM,
    command::ALERT_NOTIFICATION,
    0x0001_0203,
];

fn look_at(frame: &Frame) {
    let body = Body::of(frame);
    assert_eq!(body.command(), frame.header.command);
    if let Body::DeliverSm(message) | Body::DataSm(message) | Body::SubmitSm(message) = body {
        let _any = (message.receipt(), message.segments(), message.tlvs.sar());
        let _any = message.tlvs.user_message_reference();
    }
}

/// Each bit of the body flipped, and each end cut off, in a frame that is right.
fn every_bend(pdu: &[u8]) {
    let command = one(pdu).header.command;
    let body = &pdu[HEADER_LEN..];
    for at in 0..body.len() {
        look_at(&one(&raw(command, &body[..at])));
        for bit in 0..8 {
            let mut bent = body.to_vec();
            bent[at] ^= 1 << bit;
            look_at(&one(&raw(command, &bent)));
        }
    }
}

#[test]
fn what_peers_send_against_the_specification_is_read() {
    let long = "41".repeat(40);
    for (what, body, want) in [
        ("sm_length beyond the body", format!("{DELIVER} 50 6869"), "hi"),
        ("octets behind the body", format!("{DELIVER} 02 6869 ffffff"), "hi"),
        ("a service type of 8", format!("4142434445464748 {DELIVER} 02 6869"), "hi"),
        (
            "a schedule time of 12",
            "00 010100 010100 000000 323631313230313632353030 00 00 00 00 00 00 02 6869".to_owned(),
            "hi",
        ),
        (
            "a source address of 40",
            format!("00 0101{long}00 010137 00 04 00 00 00 00 00 00 00 00 02 6869"),
            "hi",
        ),
        ("message_payload", format!("{DELIVER} 00 0424 0003 686f21"), "ho!"),
        ("both", format!("{DELIVER} 02 6869 0424 0003 686f21"), "hi"),
        ("message_payload cut off", format!("{DELIVER} 00 0424 0030 686f21"), ""),
    ] {
        let body = hex(&body);
        let Body::DeliverSm(message) = Body::of(&one(&raw(command::DELIVER_SM, &body))) else {
            panic!("{what}: it is broken");
        };
        assert_eq!(String::from_utf8_lossy(&message.octets), want, "{what}");
    }
}

#[test]
fn an_address_that_is_not_ascii_stays_itself() {
    let body = hex("00 0500 4dfc6c6c6572 00 010137 00 00 00 00 00 00 00 00 00 00 00 00");
    let Body::DeliverSm(message) = Body::of(&one(&raw(command::DELIVER_SM, &body))) else { panic!("broken") };
    assert_eq!(message.source, Address::new(5, 0, "Müller"));
}

#[test]
fn what_cannot_be_read_keeps_its_octets() {
    for command in [command::DELIVER_SM, command::DATA_SM, command::QUERY_SM, command::SUBMIT_SM] {
        let octets = raw(command, b"\0\x01");
        let frame = one(&octets);
        assert_eq!(Body::of(&frame), Body::Broken(command));
        assert_eq!(frame.raw(), octets);
    }
    for command in [command::SUBMIT_SM_RESP, command::BIND_TRANSCEIVER_RESP, command::QUERY_SM_RESP] {
        assert_ne!(Body::of(&one(&raw(command, b""))), Body::Broken(command), "a refusal has no body");
    }
}

#[test]
fn an_interface_of_version_3_4_and_a_long_message_in_its_payload() {
    let bind = Bind {
        kind: BindKind::Transceiver,
        system_id: "me".into(),
        password: "pw".into(),
        system_type: String::new(),
        interface_version: INTERFACE_VERSION,
        addr_ton: 0,
        addr_npi: 0,
        address_range: String::new(),
    };
    assert!(!format!("{bind:?}").contains("pw"));
    let want = hex("00000018 00000009 00000000 00000001 6d6500 707700 00 34 00 00 00");
    assert_eq!(Body::Bind(bind).to_vec(0, 1)[4..], [&want[4..]].concat());
    for (len, in_payload, segments) in
        [(254, false, 1), (255, true, 2), (153 * 3, true, 3), (153 * 3 + 1, true, 4)]
    {
        let message = ShortMessage { octets: vec![b'a'; len], ..ShortMessage::default() };
        assert_eq!(message.segments(), segments);
        let octets = Body::SubmitSm(message).to_vec(0, 1);
        let payload = [tlv::MESSAGE_PAYLOAD, u16::try_from(len).unwrap()].map(u16::to_be_bytes).concat();
        assert_eq!(octets.windows(4).any(|window| window == payload), in_payload, "{len}");
    }
}
