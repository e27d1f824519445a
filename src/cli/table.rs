//! Aligned columns for people; what others wrote is shown without its control characters.

use crate::rules::message::MessagePart;
use crate::wire::MessageView;

/// Columns as wide as their widest cell; the last one is as wide as it likes.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let lines = || std::iter::once(&head).chain(rows);
    let width = |column| {
        lines().filter_map(|row| row.get(column)).map(|cell: &String| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A text on one line, which cannot steer the terminal or turn its writing around.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => line.push_str(" ⏎ "),
            '\t' => line.push(' '),
            '\r' => {}
            c if c.is_control() || turns_around(c) => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

/// The bidirectional controls of UAX #9.
fn turns_around(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What a message says, on one line: its text, or what its parts are.
pub(crate) fn said(shown: &MessageView) -> String {
    let parts = shown.parts.iter().flat_map(|parts| parts.iter()).map(part);
    let said: Vec<String> = shown.text.iter().map(|text| one_line(text)).chain(parts).collect();
    said.join(" ")
}

fn part(part: &MessagePart) -> String {
    let plain = part.media.starts_with("text/plain") && part.name.is_none();
    match std::str::from_utf8(&part.data.0) {
        Ok(text) if plain => one_line(text),
        Ok(_) | Err(_) => {
            let name = part.name.as_deref().map(|name| format!("{} ", one_line(name))).unwrap_or_default();
            format!("[{name}{}, {} bytes]", one_line(&part.media), part.data.0.len())
        }
    }
}

/// What is not there.
pub(crate) fn or_dash(cell: Option<impl ToString>) -> String {
    cell.map_or_else(|| "-".to_owned(), |cell| cell.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_lines_end_without_spaces() {
        let rows = [vec!["alice".to_owned(), "x".to_owned()], vec!["bo".to_owned(), String::new()]];
        assert_eq!(table(&["who", "text"], &rows), "who    text\nalice  x\nbo");
    }

    #[test]
    fn a_text_cannot_steer_the_terminal() {
        assert_eq!(one_line("a\r\nb\u{1b}[2J\u{202e}c"), "a ⏎ b\\u{1b}[2J\\u{202e}c");
    }
}
