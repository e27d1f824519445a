//! The reading of a recording: its checksum first, then records by their places.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{CHECKSUM_LEN, Head, LAYOUT, PIECE_BYTES_MAX, STREAMS, Written, letter};
use crate::log::{Ends, Fault, Record};
use crate::words::Instant;

const BUFFER_BYTES: usize = 256 * 1_024;

/// An open recording. In memory it takes sixteen bytes for each record, beside its head.
#[derive(Debug)]
pub struct Recording {
    file: File,
    path: PathBuf,
    head: Head,
    /// By stream, in the order of [`STREAMS`]: where the record with a sequence begins.
    places: [Vec<Place>; STREAMS.len()],
}

#[derive(Debug, Clone, Copy)]
struct Place {
    seq: u64,
    at: u64,
}

impl Recording {
    /// Opens it, which takes as long as it is large: all of it is held against its checksum.
    ///
    /// # Errors
    /// When it cannot be read, is of another layout, or is not as it was made.
    pub fn open(path: &Path) -> Result<Recording, Fault> {
        let failed = |error: io::Error| Fault::never(format!("read {}", path.display())).because(error);
        let file = File::open(path).map_err(failed)?;
        let mut reading = Reading::of(&file);
        let head = reading.layout().and_then(|()| reading.piece()).map_err(failed)?;
        let head: Head = head.and_then(|bytes| decoded(&bytes).ok()).ok_or_else(|| failed(torn()))?;
        let mut places: [Vec<Place>; STREAMS.len()] = [const { Vec::new() }; STREAMS.len()];
        loop {
            let at = reading.at;
            let Some(bytes) = reading.piece().map_err(failed)? else { break };
            let Where { stream, seq } = decoded(&bytes).map_err(failed)?;
            let of_it = STREAMS.iter().zip(&mut places).find(|((_, letter), _)| *letter == stream);
            let (_, of_it) = of_it.ok_or_else(|| failed(torn()))?;
            if of_it.last().is_some_and(|last| last.seq >= seq) {
                return Err(failed(torn()));
            }
            of_it.push(Place { seq, at });
        }
        reading.checksum().map_err(failed)?;
        Ok(Recording { file, path: path.to_owned(), head, places })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The first and the last record that it has of a stream; of none the first is one more than the last.
    pub fn ends(&self, stream: &str) -> Ends {
        let places = self.places(stream);
        let last = places.last().map_or(0, |last| last.seq);
        let first = places.first().map_or(last + 1, |first| first.seq);
        Ends { created: self.head.log, first, last }
    }

    /// How many records it has of a stream.
    pub fn len(&self, stream: &str) -> usize {
        self.places(stream).len()
    }

    /// The first record at `seq` or behind it.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn first_from(&self, stream: &str, seq: u64) -> Result<Option<Record>, Fault> {
        let places = self.places(stream);
        let index = places.partition_point(|place| place.seq < seq);
        places.get(index).map(|place| self.record_at(place.at)).transpose()
    }

    /// The records at `seq` and behind it, so many at most.
    ///
    /// # Errors
    /// As [`Recording::first_from`].
    pub fn batch(&self, stream: &str, seq: u64, len_max: usize) -> Result<Vec<Record>, Fault> {
        let places = self.places(stream);
        let index = places.partition_point(|place| place.seq < seq);
        let places = places.get(index..).unwrap_or_default();
        places.iter().take(len_max).map(|place| self.record_at(place.at)).collect()
    }

    /// Where the first record stands that was stored at or after a time; where there is none, one more than the last.
    ///
    /// # Errors
    /// As [`Recording::first_from`].
    pub fn first_since(&self, stream: &str, since: Instant) -> Result<u64, Fault> {
        let places = self.places(stream);
        let (mut low, mut high) = (0, places.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let Some(place) = places.get(middle) else { break };
            if self.record_at(place.at)?.at < since {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(places.get(low).map_or(self.ends(stream).last + 1, |place| place.seq))
    }

    fn places(&self, stream: &str) -> &[Place] {
        let letter = letter(stream);
        let all = STREAMS.iter().zip(&self.places);
        let mut of_it = all.filter(|((_, its), _)| Some(*its) == letter).map(|(_, places)| places.as_slice());
        of_it.next().unwrap_or_default()
    }

    fn record_at(&self, at: u64) -> Result<Record, Fault> {
        let mut len = [0; 4];
        let read = self.file.read_exact_at(&mut len, at).and_then(|()| {
            let mut bytes = vec![0; u32::from_be_bytes(len) as usize];
            self.file.read_exact_at(&mut bytes, at + 4)?;
            decoded::<Written>(&bytes)
        });
        let failed = |error: io::Error| Fault::never(format!("read {}", self.path.display())).because(error);
        read.map(Record::from).map_err(failed)
    }
}

/// Of a record what its place is told by.
#[derive(serde::Deserialize)]
struct Where {
    stream: char,
    seq: u64,
}

fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    rmp_serde::from_slice(bytes).map_err(|_| torn())
}

fn torn() -> io::Error {
    io::Error::other("it is torn: it was cut or changed since it was made")
}

/// The one pass over the file with which it is opened.
struct Reading<'a> {
    file: BufReader<&'a File>,
    hash: Sha256,
    at: u64,
}

impl Reading<'_> {
    fn of(file: &File) -> Reading<'_> {
        Reading { file: BufReader::with_capacity(BUFFER_BYTES, file), hash: Sha256::new(), at: 0 }
    }

    fn take(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.file
            .read_exact(bytes)
            .map_err(|error| if error.kind() == io::ErrorKind::UnexpectedEof { torn() } else { error })?;
        self.hash.update(&*bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn layout(&mut self) -> io::Result<()> {
        let mut layout = [0; LAYOUT.len()];
        self.take(&mut layout)?;
        let other =
            "it is no recording of Homing's, or one of another layout; this version reads homing-recording-1";
        if layout == LAYOUT { Ok(()) } else { Err(io::Error::other(other)) }
    }

    /// The next piece; none behind the last one.
    fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut len = [0; 4];
        self.take(&mut len)?;
        let len = u32::from_be_bytes(len) as usize;
        if len > PIECE_BYTES_MAX {
            return Err(torn());
        }
        let mut bytes = Vec::new();
        // Not as much at once as a length says that may be wrong.
        (&mut self.file).take(len as u64).read_to_end(&mut bytes)?;
        if bytes.len() < len {
            return Err(torn());
        }
        self.hash.update(&bytes);
        self.at += len as u64;
        Ok((len > 0).then_some(bytes))
    }

    fn checksum(mut self) -> io::Result<()> {
        let want = self.hash.clone().finalize();
        let mut found = [0; CHECKSUM_LEN];
        self.file.read_exact(&mut found).map_err(|_| torn())?;
        let ends = self.file.read(&mut [0])? == 0;
        if want.as_slice() == found && ends { Ok(()) } else { Err(torn()) }
    }
}
