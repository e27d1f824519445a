//! Bits and the files they stand in: records of nats-server's file store, and folders that are copied before one is flipped.

use std::fs;
use std::path::{Path, PathBuf};

/// Flips one bit of a file.
pub fn flip(file: &Path, byte: usize, bit: u8) {
    let mut bytes = fs::read(file).expect("it can be read");
    bytes[byte] ^= 1 << bit;
    fs::write(file, bytes).expect("it can be written");
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("it can be read");
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(fs::copy(path, to).expect("it can be copied")),
        }
    }
}

/// Each file below a folder with its bytes, to tell whether anything was changed.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.push((path.clone(), fs::read(path).expect("it can be read"))),
        }
    }
    all.sort_unstable();
    all
}

/// The files of a stream of a stopped server, the oldest first.
pub fn blocks(server: &Path, stream: &str) -> Vec<PathBuf> {
    let of_stream = |path: &PathBuf| {
        path.extension().is_some_and(|it| it == "blk")
            && path.iter().any(|part| part.to_str() == Some(stream))
    };
    let mut blocks: Vec<PathBuf> =
        files(server).into_iter().map(|(path, _)| path).filter(of_stream).collect();
    let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<u32>().ok();
    blocks.sort_by_key(number);
    blocks
}

/// A record as the file store writes it: length 4 (its highest bit: there are headers), sequence 8, time 8, the subject's
/// length 2, the subject, the headers' length 4 and the headers where there are some, the payload, a checksum 8 of all but the
/// lengths; least significant byte first.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    pub seq: u64,
    at: usize,
    len: usize,
    subject_len: usize,
    /// With their length; 0 where there are none.
    headers_len: usize,
}

/// A place in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Length,
    Seq,
    Time,
    SubjectLength,
    Subject,
    HeadersLength,
    Headers,
    Payload,
    Checksum,
}

impl Stored {
    pub fn all(block: &Path) -> Vec<Stored> {
        let bytes = fs::read(block).expect("it can be read");
        let number = |at: usize| u32::from_le_bytes(*bytes[at..].first_chunk().expect("it is whole"));
        let (mut at, mut all) = (0, Vec::new());
        while at < bytes.len() {
            let (len, has_headers) = ((number(at) & !(1 << 31)) as usize, number(at) >> 31 == 1);
            let seq = u64::from_le_bytes(*bytes[at + 4..].first_chunk().expect("it is whole"));
            let subject_len = usize::from(u16::from_le_bytes([bytes[at + 20], bytes[at + 21]]));
            let headers_len = if has_headers { 4 + number(at + 22 + subject_len) as usize } else { 0 };
            all.push(Stored { seq, at, len, subject_len, headers_len });
            at += len;
        }
        all
    }

    /// A byte that stands there, in the file.
    pub fn byte(self, place: Place) -> usize {
        let behind_subject = 22 + self.subject_len;
        self.at
            + match place {
                Place::Length => 1,
                Place::Seq => 4,
                Place::Time => 13,
                Place::SubjectLength => 20,
                Place::Subject => 25,
                Place::HeadersLength => behind_subject,
                Place::Headers => behind_subject + 20,
                Place::Payload => behind_subject + self.headers_len + 30,
                Place::Checksum => self.len - 3,
            }
    }
}
