//! Settings that are taken, words about wrong ones, and no password in any.

use super::*;
use crate::smpp::pdu::status::Class;

fn table(text: &str) -> Result<Connector, SettingsError> {
    Connector::try_from(text.parse::<Table>().unwrap())
}

#[test]
fn a_url_has_defaults_and_every_key() {
    let plain: Connector = "smpp://me:s%40cret%3f@smsc.example".parse().unwrap();
    assert_eq!((plain.host.as_str(), plain.port, plain.tls), ("smsc.example", 2775, false));
    assert_eq!((plain.system_id.as_str(), plain.password.reveal()), ("me", "s@cret?"));
    assert_eq!((plain.window, plain.rate, plain.bind), (10, None, Binding::Transceiver));
    assert_eq!(plain.name, "smsc.example:2775");
    assert_eq!(plain.enquire_link, Duration::from_secs(30));
    let full: Connector = "smpps://me@[::1]:99/?name=a&bind=pair&system_type=x&window=50&rate=12.5&enquire_link=5s\
        &response_timeout=2m&inactivity=0s&bind_again=1m&password_file=/p&ca_file=/c&source_ton=5&source_npi=0\
        &dest_ton=1&dest_npi=1&receipts=all&ids=resp-hex&service_type=CMT&status=0x45:permanent,vendor:throttle\
        &segments_max=3&pdu_bytes_max=4096&alphabet=latin1&smart=true&data_codings=0:gsm7,3:latin1"
        .parse()
        .unwrap();
    assert_eq!((full.host.as_str(), full.port, full.tls), ("::1", 99, true));
    assert_eq!((full.window, full.rate, full.bind), (50, Some(12.5), Binding::Pair));
    assert_eq!((full.source_ton, full.dest_npi, full.segments_max), (Some(5), Some(1), 3));
    assert_eq!((full.receipts.registered_delivery(), full.ids), (0x11, IdForm::ResponseHexReceiptDecimal));
    assert_eq!((full.status.class(0x45), full.status.class(0x4FF)), (Class::Permanent, Class::Throttle));
    let text: Vec<_> = full.text.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(text, [("alphabet", "latin1"), ("data_codings", "0:gsm7,3:latin1"), ("smart", "true")]);
}

#[test]
fn a_table_has_the_same_keys_and_goes_before_its_url() {
    let connector = table(
        r#"
        url = "smpp://me:old@h?window=5&rate=3"
        password = "new"
        window = 7
        rate = 30
        bind_again = "90s"
        ids = "resp-dec"
        status = { "0x00000045" = "permanent" }
        smart = true
        data_codings = { 0 = "gsm7" }
        "#,
    )
    .unwrap();
    assert_eq!((connector.window, connector.rate, connector.password.reveal()), (7, Some(30.0), "new"));
    assert_eq!(connector.bind_again, Duration::from_secs(90));
    assert_eq!(connector.ids, IdForm::ResponseDecimalReceiptHex);
    assert_eq!(connector.status.class(0x45), Class::Permanent);
    assert_eq!(connector.text.get("smart").map(String::as_str), Some("true"));
    assert_eq!(connector.text.get("data_codings").map(String::as_str), Some("0:gsm7"));
}

#[test]
fn wrong_settings_say_what_is_allowed_and_never_the_password() {
    for (url, allowed) in [
        ("", "smpp://system_id"),
        ("http://me:hunter2@h", "smpp://system_id"),
        ("smpp://me:hunter2@", "smpp://system_id"),
        ("smpp://me:hunter2@h/path", "smpp://system_id"),
        ("smpp://me:hunt/er2@h", "smpp://system_id"),
        ("smpp://me:12?hunter2@h", "unknown key; there are window"),
        ("smpp://me:12#hunter2@h", "smpp://system_id"),
        ("smpp://me:hunter2@h:99999", "smpp://system_id"),
        ("smpp://me:hunter2%00@h", "without NUL"),
        ("smpp://me:hunter2%ff@h", "UTF-8"),
        ("smpp://me:hunter2@h?window=0", "window must be 1 to 10000"),
        ("smpp://me:hunter2@h?window=ten", "window must be a whole number"),
        ("smpp://me:hunter2@h?window=1&window=2", "window twice"),
        ("smpp://me:hunter2@h?rate=0", "rate must be above 0"),
        ("smpp://me:hunter2@h?rate=NaN", "rate must be above 0"),
        ("smpp://me:hunter2@h?bind=both", "expected one of `transceiver`, `pair`"),
        ("smpp://me:hunter2@h?enquire_link=30", "not a duration"),
        ("smpp://me:hunter2@h?response_timeout=0s", "response_timeout must be more"),
        ("smpp://me:hunter2@h?inactivity=2d", "inactivity must be at most 1d"),
        ("smpp://me:hunter2@h?source_ton=256", "expected u8"),
        ("smpp://me:hunter2@h?ids=hex", "resp-hex"),
        ("smpp://me:hunter2@h?status=0x45", "0x45:permanent,0x401:throttle"),
        ("smpp://me:hunter2@h?status=0x45:never", "a class is accepted"),
        ("smpp://me:hunter2@h?status=x:permanent", "a status is a number"),
        ("smpp://me:hunter2@h?pdu_bytes_max=16", "1024 to 1048576"),
    ] {
        let error = url.parse::<Connector>().unwrap_err().to_string();
        assert!(error.contains(allowed), "{url}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    for (text, allowed) in [
        ("window = 1", "url must be"),
        ("url = 'smpp://h'\npassword = 5", "password must be a string"),
        ("url = 'smpp://h'\nwindo = 1", "unknown field `windo`"),
    ] {
        let error = table(text).unwrap_err().to_string();
        assert!(error.contains(allowed), "{error}");
    }
    let shown = format!("{:?}", "smpp://me:hunter2@h".parse::<Connector>().unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
}
