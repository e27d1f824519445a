//! The comparison of a commit on EVENTS with the one that is decided again: byte for byte, and in lines where they differ.

use crate::log::Record;
use crate::wire::Outgoing;

/// What the server reads of a record's headers, and a writer's fence: no part of what was decided.
const NOT_DECIDED: &str = "Nats-";

/// Whether this is what would be appended: the payload byte for byte, the subject, and the headers but for the fence.
pub(super) fn same(record: &Record, decided: &Outgoing) -> bool {
    record.payload == decided.payload
        && record.subject.as_str() == decided.subject
        && has_headers(record, decided)
}

fn has_headers(record: &Record, decided: &Outgoing) -> bool {
    let mut left = decided.headers.len();
    for (name, value) in headers(record) {
        if !decided.headers.iter().any(|(its_name, its_value)| *its_name == name && its_value == value) {
            return false;
        }
        left = left.saturating_sub(1);
    }
    left == 0
}

fn headers(record: &Record) -> impl Iterator<Item = (&str, &str)> {
    let all = record.headers.iter().flat_map(|headers| headers.iter());
    let all = all.flat_map(|(name, values)| {
        let name: &str = name.as_ref();
        values.iter().map(move |value| (name, value.as_str()))
    });
    all.filter(|(name, _)| !name.starts_with(NOT_DECIDED))
}

/// Commits in lines, so that a person sees where two differ.
pub(super) mod lines {
    use super::{Outgoing, Record, headers};
    use crate::rules::Commit;
    use crate::wire::told;
    use crate::words::Instant;

    /// As it stands on EVENTS.
    pub(in crate::debug::verify) fn of_record(commit: &Commit, record: &Record) -> Vec<String> {
        lines(commit, record.subject.as_str(), headers(record), &record.payload)
    }

    /// As it would be appended.
    pub(in crate::debug::verify) fn of_outgoing(commit: &Commit, outgoing: &Outgoing) -> Vec<String> {
        let headers = outgoing.headers.iter().map(|(name, value)| (*name, value.as_str()));
        lines(commit, &outgoing.subject, headers, &outgoing.payload)
    }

    fn lines<'a>(
        commit: &Commit,
        subject: &str,
        headers: impl Iterator<Item = (&'a str, &'a str)>,
        payload: &[u8],
    ) -> Vec<String> {
        let Commit { command, at, by, part, parts, intent, facts } = commit;
        let mut headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
        headers.sort_unstable();
        let mut lines = vec![format!("subject {subject}")];
        lines.append(&mut headers);
        lines.push(format!("c{} by {by} at {at}, part {} of {parts}", command.0, part + 1));
        let content = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let id = intent
            .as_ref()
            .map(|mark| format!("id {:?}, content {}", mark.id, content(mark.content.as_bytes())));
        lines.extend(id);
        lines.extend(facts.iter().map(|fact| told::fact(fact, Instant::brief)));
        lines.push(format!("{} bytes", payload.len()));
        lines
    }
}
