//! Rust source as `tidy` reads it: its code without comments and literals, its paths and its inline modules.

use std::ops::Range;

/// One file. `code` is its text with comments and literals blanked, byte for byte.
pub struct Source {
    pub path: String,
    pub text: String,
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: String) -> Source {
        Source { path: path.to_owned(), code: code_only(&text), text }
    }

    /// The folder below `src/`; `None` for main.rs and lib.rs, which may use all.
    pub fn room(&self) -> Option<&str> {
        let below = self.path.strip_prefix("src/").filter(|path| !["main.rs", "lib.rs"].contains(path))?;
        below.split(['/', '.']).next()
    }

    /// By its name: the module that holds a room's tests.
    pub fn is_test(&self) -> bool {
        self.path.split(['/', '.']).any(|part| part == "tests" || part == "golden")
    }

    pub fn says(&self, needles: &[&str], complaint: &str) -> Vec<String> {
        let found = needles
            .iter()
            .flat_map(|needle| words(&self.code, needle).into_iter().map(move |at| (at, needle)));
        found.map(|(at, needle)| self.at(at, format!("{complaint} {needle}"))).collect()
    }

    pub fn at(&self, offset: usize, complaint: impl std::fmt::Display) -> String {
        format!("{}:{}: {complaint}", self.path, 1 + self.text[..offset].matches('\n').count())
    }
}

/// Where `needle` stands and is not a part of a longer word.
pub fn words(code: &str, needle: &str) -> Vec<usize> {
    let apart = |a: Option<char>, b: Option<char>| !(a.is_some_and(is_word) && b.is_some_and(is_word));
    let alone = |at: usize| {
        apart(code[..at].chars().next_back(), needle.chars().next())
            && apart(needle.chars().next_back(), code[at + needle.len()..].chars().next())
    };
    code.match_indices(needle).map(|(at, _)| at).filter(|at| alone(*at)).collect()
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// All paths from `root` on, with groups taken apart: `a::{b, c::d}` is `a::b` and `a::c::d`.
pub fn paths(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut paths = Vec::new();
    for at in words(code, root) {
        if code[at + root.len()..].starts_with("::") {
            branches(code, at, "", &mut paths);
        }
    }
    paths
}

/// Reads one tree of paths from `at`; returns where it ends.
pub fn branches(code: &str, mut at: usize, before: &str, paths: &mut Vec<(usize, String)>) -> usize {
    let blank = |at: usize| at + code[at..].len() - code[at..].trim_start().len();
    let name = code[at..].chars().take_while(|c| is_word(*c)).collect::<String>();
    let path = if before.is_empty() { name.clone() } else { format!("{before}::{name}") };
    let start = at;
    at += name.len();
    let Some(below) = code[at..].strip_prefix("::") else {
        paths.extend((!name.is_empty()).then_some((start, path)));
        return at;
    };
    at += 2;
    if !below.starts_with('{') {
        return branches(code, at, &path, paths);
    }
    while !code[at..].starts_with('}') && at < code.len() {
        at = branches(code, blank(at + 1), &path, paths);
        // What stands behind a name (`as x`) up to the next one.
        at += code[at..].find([',', '}']).unwrap_or(code.len() - at);
    }
    at + 1
}

/// The inside of each `mod … { … }`.
pub fn modules(code: &str) -> Vec<Range<usize>> {
    let module = |at: usize| {
        let opens = at + code[at..].find(['{', ';']).filter(|opens| code[at + opens..].starts_with('{'))?;
        Some(opens..opens + block_len(&code[opens..], '{', '}'))
    };
    words(code, "mod").into_iter().filter_map(module).collect()
}

/// Those that are built for tests alone.
pub fn test_modules(code: &str) -> Vec<Range<usize>> {
    let is_test = |module: &Range<usize>| {
        let before = code[..module.start]
            .rfind([';', '}'])
            .map_or(&code[..module.start], |end| &code[end..module.start]);
        before.contains("#[cfg(test)]")
    };
    modules(code).into_iter().filter(is_test).collect()
}

/// The length of a block that may hold others of its kind.
fn block_len(text: &str, open: char, close: char) -> usize {
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(_, c)| {
        depth = if *c == open { depth + 1 } else { depth - usize::from(*c == close) };
        depth == 0
    });
    end.map_or(text.len(), |(at, c)| at + c.len_utf8())
}

fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    while code.len() < text.len() {
        let rest = &text[code.len()..];
        let (len, is_code) = token(rest);
        let blank = |c: char| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) };
        code.extend(rest[..len].chars().map(|c| if is_code { c.to_string() } else { blank(c) }));
    }
    code
}

/// How long the first token is, and whether it is code rather than a comment or a literal.
fn token(rest: &str) -> (usize, bool) {
    let until =
        |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let hashes = rest[word..].len() - rest[word..].trim_start_matches('#').len();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    if ["r", "br", "cr"].contains(&&rest[..word]) && rest[word + hashes..].starts_with('"') {
        (until(word + hashes + 1, &format!("\"{}", "#".repeat(hashes))), false)
    } else if word > 0 {
        (word, true)
    } else if rest.starts_with("//") {
        (rest.find('\n').unwrap_or(rest.len()), false)
    } else if rest.starts_with("/*") {
        (until(2, "*/"), false)
    } else if rest.starts_with('"') {
        (string_len(rest), false)
    } else if rest.starts_with("'\\") {
        (until(3, "'"), false)
    } else if rest.starts_with('\'') && rest.chars().nth(2) == Some('\'') {
        (until(1 + rest.chars().nth(1).map_or(0, char::len_utf8), "'"), false)
    } else {
        (first, true)
    }
}

fn string_len(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let closes = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    end.map_or(rest.len(), |(at, _)| at + 1)
}
