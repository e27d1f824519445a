//! A NATS client that checks nothing: what it is given goes on the wire, as a hostile client's would.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The server answers at once; a loaded machine takes longer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
const REPLY: &str = "_INBOX.raw";

pub struct RawClient {
    stream: BufReader<TcpStream>,
}

impl RawClient {
    pub fn connect(url: &str) -> RawClient {
        let rest = url.strip_prefix("nats://").expect("the URL of a NATS server");
        let (login, address) = rest.rsplit_once('@').unwrap_or(("", rest));
        let login = login.split_once(':').map_or(String::new(), |(user, password)| {
            format!(",\"user\":\"{user}\",\"pass\":\"{password}\"")
        });
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(ANSWERS_WITHIN)).expect("a timeout can be set");
        let mut client = RawClient { stream: BufReader::new(stream) };
        client.line();
        let connect =
            format!("CONNECT {{\"verbose\":false,\"headers\":true,\"no_responders\":true{login}}}\r\n");
        client.send(connect.as_bytes());
        client.send(format!("SUB {REPLY} 1\r\n").as_bytes());
        client
    }

    /// Gives what the server answers to a publish: a PubAck, or an error.
    pub fn publish(&mut self, subject: &[u8], headers: &[u8], payload: &[u8]) -> String {
        self.publish_and_forget(subject, headers, payload);
        loop {
            let line = self.line();
            if line.starts_with("PING") {
                self.send(b"PONG\r\n");
            } else if line.starts_with("MSG ") {
                return self.line();
            } else if line.starts_with('-') {
                return line;
            }
        }
    }

    pub fn publish_and_forget(&mut self, subject: &[u8], headers: &[u8], payload: &[u8]) {
        let sizes = match headers.len() {
            0 => format!(" {REPLY} {}\r\n", payload.len()),
            len => format!(" {REPLY} {len} {}\r\n", len + payload.len()),
        };
        let verb: &[u8] = if headers.is_empty() { b"PUB " } else { b"HPUB " };
        self.send(&[verb, subject, sizes.as_bytes(), headers, payload, b"\r\n"].concat());
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("the server reads");
    }

    fn line(&mut self) -> String {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).expect("the server answers");
        assert!(!line.is_empty(), "the server has closed the connection");
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }
}
