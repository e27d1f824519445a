//! Files as the parts of a multimedia message.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::cli::output::Failure;
use crate::rules::Rejection;
use crate::rules::message::MessagePart;
use crate::rules::message::{Blob, PARTS_BYTES_MAX};

/// What phones show; anything else is bytes.
const MEDIA: [(&str, &str); 15] = [
    ("txt", "text/plain; charset=utf-8"),
    ("html", "text/html"),
    ("vcf", "text/vcard"),
    ("ics", "text/calendar"),
    ("json", "application/json"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("mp3", "audio/mpeg"),
    ("amr", "audio/amr"),
    ("mp4", "video/mp4"),
    ("3gp", "video/3gpp"),
];
const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";

/// The text, if there is one, is the first part.
pub(super) fn parts(text: Option<String>, files: &[impl AsRef<Path>]) -> Result<Vec<MessagePart>, Failure> {
    let text =
        text.map(|text| MessagePart { media: TEXT.to_owned(), name: None, data: Blob(text.into_bytes()) });
    let mut parts: Vec<MessagePart> = text.into_iter().collect();
    let mut len: usize = parts.iter().map(|part| part.data.0.len()).sum();
    for path in files {
        let part = part(path.as_ref())?;
        len += part.data.0.len();
        if len > PARTS_BYTES_MAX {
            return Err(Failure::refused(Rejection::parts_too_large(len, PARTS_BYTES_MAX)));
        }
        parts.push(part);
    }
    Ok(parts)
}

fn part(path: &Path) -> Result<MessagePart, Failure> {
    let mut data = Vec::new();
    let enough = PARTS_BYTES_MAX as u64 + 1;
    let read = File::open(path).and_then(|file| file.take(enough).read_to_end(&mut data));
    read.map_err(|error| Failure::failed(format!("could not read {}: {error}", path.display())))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(MessagePart { media: media(path).to_owned(), name, data: Blob(data) })
}

fn media(path: &Path) -> &'static str {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let known = MEDIA.iter().find(|(known, _)| Some(*known) == extension.as_deref());
    known.map_or(BYTES, |(_, media)| media)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_tells_the_media_type() {
        for (path, want) in [
            ("a/plan.png", "image/png"),
            ("A.JPG", "image/jpeg"),
            ("x.tar", BYTES),
            ("png", BYTES),
            (".png", BYTES),
        ] {
            assert_eq!(media(Path::new(path)), want, "{path}");
        }
    }
}
