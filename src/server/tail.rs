//! The end of a log file: enough of a program's complaint to act on, in one line.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The end of the log that is looked at.
const TAIL_BYTES_MAX: u64 = 16_384;

/// The last lines that hold anything, of what was written behind `from`; of all, where the log was begun anew since.
/// Empty if it cannot be read.
pub(super) fn last_lines(log: &Path, from: u64, lines_max: usize) -> String {
    let tail = read(log, from).unwrap_or_default();
    let text = String::from_utf8_lossy(&tail);
    let mut lines: Vec<&str> =
        text.lines().rev().map(str::trim).filter(|l| !l.is_empty()).take(lines_max).collect();
    lines.reverse();
    lines.join(" | ")
}

fn read(log: &Path, from: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(log)?;
    let len = file.metadata()?.len();
    let from = if len < from { 0 } else { from };
    file.seek(SeekFrom::Start(from.max(len.saturating_sub(TAIL_BYTES_MAX))))?;
    let mut tail = Vec::new();
    file.take(TAIL_BYTES_MAX).read_to_end(&mut tail)?;
    Ok(tail)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_last_lines_begin_with_this_server_and_keep_their_order() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "before\nthen\n\n now \n").unwrap();
        let check = |from: u64, lines_max: usize, want: &str| {
            assert_eq!(last_lines(file.path(), from, lines_max), want, "from {from}");
        };
        check(0, 2, "then | now");
        check(7, 8, "then | now");
        check(18, 8, "");
        check(4_000, 8, "before | then | now");
        assert_eq!(last_lines(Path::new("/nowhere"), 0, 8), "");
    }
}
