//! The documents of the repository: their blocks, which tests run as a reader would copy them, and their headings and links.

use std::fs;
use std::path::{Path, PathBuf};

/// One Markdown file. `path` is from the repository's root.
pub struct Document {
    pub path: String,
    pub text: String,
}

/// A fenced block.
pub struct Block {
    /// The line of its fence, from 1.
    pub line: usize,
    pub language: String,
    pub text: String,
}

/// Where a link leads to. `label` is that of a definition (`[label]: target`).
pub struct Link {
    pub line: usize,
    pub label: Option<String>,
    pub target: String,
}

impl Document {
    /// # Panics
    /// Where there is no such document.
    pub fn open(path: &str) -> Document {
        let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Document { path: path.to_owned(), text }
    }

    /// All of the repository, but what is made or hidden.
    pub fn all() -> Vec<Document> {
        let mut found = Vec::new();
        below(&root(), &mut found);
        found.sort();
        let name =
            |path: &PathBuf| path.strip_prefix(root()).expect("it is below").to_string_lossy().into_owned();
        found.iter().map(|path| Document::open(&name(path).replace('\\', "/"))).collect()
    }

    /// The file that a relative path in it leads to, from the repository's root.
    fn file(&self, path: &str) -> String {
        if path.is_empty() {
            return self.path.clone();
        }
        let mut parts: Vec<&str> = self.path.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            match part {
                ".." => drop(parts.pop()),
                "." | "" => {}
                name => parts.push(name),
            }
        }
        parts.join("/")
    }

    /// The first block of this language behind these words.
    ///
    /// # Panics
    /// Where it has no such block any more.
    pub fn block(&self, behind: &str, language: &str) -> String {
        let at = self.text.find(behind).unwrap_or_else(|| panic!("{} does not say {behind:?}", self.path));
        let line = 1 + self.text[..at].matches('\n').count();
        let block = self.blocks().into_iter().find(|block| block.line > line && block.language == language);
        block.unwrap_or_else(|| panic!("{}: no {language} behind {behind:?}", self.path)).text
    }

    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut lines = self.text.lines().zip(1..);
        while let Some((fence, line)) = lines.next() {
            if let Some(language) = fence.strip_prefix("```") {
                let inside = lines.by_ref().map(|(line, _)| line).take_while(|line| *line != "```");
                let text = inside.map(|line| format!("{line}\n")).collect();
                blocks.push(Block { line, language: language.to_owned(), text });
            }
        }
        blocks
    }

    /// The names by which its headings are linked to: those of GitHub, which rustdoc's are too.
    pub fn anchors(&self) -> Vec<String> {
        let prose = self.outside_blocks();
        let headings = prose.into_iter().filter(|line| line.starts_with('#'));
        headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
    }

    /// Its links, and the definitions of those that go by a label.
    pub fn links(&self) -> Vec<Link> {
        let prose = self.prose();
        let mut links = Vec::new();
        for (text, line) in prose.lines().zip(1..) {
            if let Some((label, target)) = text.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
                links.push(Link { line, label: Some(label.to_owned()), target: target.to_owned() });
            }
            let inline = text.match_indices("](").filter_map(|(at, _)| text[at + 2..].split(')').next());
            links.extend(inline.map(|target| Link { line, label: None, target: target.to_owned() }));
        }
        links
    }

    /// Labels that it uses as `[text][label]` and does not define, with their lines.
    fn undefined(&self) -> Vec<(usize, String)> {
        let prose = self.prose();
        let mut undefined = Vec::new();
        for (text, line) in prose.lines().zip(1..) {
            let labels = text.match_indices("][").filter_map(|(at, _)| text[at + 2..].split(']').next());
            let missing = labels.filter(|label| !prose.contains(&format!("\n[{label}]: ")));
            undefined.extend(missing.map(|label| (line, label.to_owned())));
        }
        undefined
    }

    /// The text without blocks and code, line by line.
    fn prose(&self) -> String {
        let without_code = |line: &str| line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        self.outside_blocks().into_iter().map(|line| without_code(line) + "\n").collect()
    }

    /// Its lines, of which those of blocks are empty.
    fn outside_blocks(&self) -> Vec<&str> {
        let mut fenced = false;
        let mut outside = |line| {
            let fence = str::starts_with(line, "```");
            fenced ^= fence;
            if fenced || fence { "" } else { line }
        };
        self.text.lines().map(&mut outside).collect()
    }
}

/// What is wrong with a document's links: each leads to a file of the repository, and to a heading that is there.
pub fn broken_links(document: &Document) -> Vec<String> {
    let at = |line: usize, complaint: String| format!("{}:{line}: {complaint}", document.path);
    let undefined = document.undefined().into_iter();
    let mut complaints: Vec<_> =
        undefined.map(|(line, label)| at(line, format!("[{label}] is defined nowhere"))).collect();
    for Link { line, target, .. } in document.links() {
        if target.starts_with("https://") {
            continue;
        }
        let (path, heading) = target.split_once('#').unwrap_or((&target, ""));
        let file = document.file(path);
        if !root().join(&file).exists() {
            complaints.push(at(line, format!("there is no {path}")));
        } else if !heading.is_empty() {
            let anchors = if path.is_empty() { document.anchors() } else { Document::open(&file).anchors() };
            if !anchors.iter().any(|anchor| anchor == heading) {
                complaints.push(at(line, format!("{file} has no heading #{heading}")));
            }
        }
    }
    complaints
}

/// What `cargo doc` would lack: a document of a room stands in the room's documentation, where its links to other documents
/// lead to their rooms. A definition that stands before the document's own is the one that counts.
pub fn lacks_for_rustdoc(document: &Document) -> Vec<String> {
    let Some(module) = documented_in(&document.path) else { return Vec::new() };
    let source = fs::read_to_string(root().join(module)).unwrap_or_default();
    let mut complaints = Vec::new();
    let name = document.path.rsplit('/').next().unwrap_or_default();
    if !source.lines().any(|line| line.starts_with("#![doc = include_str!(") && line.contains(name)) {
        complaints.push(format!("{module}: does not include {}", document.path));
    }
    for Link { line, label, target } in document.links() {
        let path = document.file(target.split('#').next().unwrap_or_default());
        if path == document.path || documented_in(&path).is_none() {
            continue;
        }
        let defined = label.is_some_and(|label| source.contains(&format!("\n//! [{label}]: ")));
        if !defined {
            complaints.push(format!("{}:{line}: {module} defines no label for {target}", document.path));
        }
    }
    complaints
}

/// The module that a document describes.
fn documented_in(path: &str) -> Option<&'static str> {
    DOCUMENTED_IN.iter().find(|(document, _)| *document == path).map(|(_, module)| *module)
}

const DOCUMENTED_IN: &[(&str, &str)] = &[
    ("src/README.md", "src/lib.rs"),
    ("src/cli/README.md", "src/cli/mod.rs"),
    ("src/lab/README.md", "src/lab/mod.rs"),
    ("src/sms/README.md", "src/sms/mod.rs"),
    ("src/wire/README.md", "src/wire/mod.rs"),
    ("streams/README.md", "src/log/mod.rs"),
];

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the repository can be read") {
        let path = entry.expect("an entry of it too").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "target" || name == "node_modules" {
            continue;
        }
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}
