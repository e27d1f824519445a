//! News of deliveries as a person reads them: that somebody got or read what was sent, or that it came to nothing.

use super::screen::time_of_day;
use crate::wire::note::{NoteView, SumsNote};
use crate::words::{Party, UserName};

/// A note for `user` as a line.
pub(super) fn line(user: &UserName, note: &NoteView) -> String {
    let NoteView { message, to, state, channel: _, reason, at } = note;
    let of_mine = *to == Party::User(user.clone());
    let what = match state.as_str() {
        "delivered" => format!("{to} got {message}"),
        "read" => format!("{to} read {message}"),
        "recalled" if of_mine => format!("{message} was recalled"),
        state => {
            let why = reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("{message} to {to}: {state}{why}")
        }
    };
    format!("{}  {what}", time_of_day(at))
}

/// Of a message to a group: how many deliveries are in each state.
pub(super) fn sums(note: &SumsNote) -> String {
    let SumsNote { message, group, sums, at } = note;
    let sums: Vec<String> = sums.iter().map(|(state, sum)| format!("{sum} {state}")).collect();
    format!("{}  {message} to #{group}: {}", time_of_day(at), sums.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_a_line_too() {
        let note = r#"{"message": "m42", "group": "3001", "sums": {"delivered": 2, "read": 1}, "at": "2026-11-21T09:41:07.250Z"}"#;
        let note: SumsNote = serde_json::from_str(note).unwrap();
        assert_eq!(sums(&note), "09:41:07  m42 to #3001: 2 delivered, 1 read");
    }

    #[test]
    fn a_note_is_a_line_that_a_person_understands() {
        for (user, state, reason, want) in [
            ("alice", "delivered", None, "09:41:07  bob got m17"),
            ("alice", "read", None, "09:41:07  bob read m17"),
            ("alice", "failed", Some("too_long"), "09:41:07  m17 to bob: failed (too_long)"),
            ("alice", "recalled", Some("by_sender"), "09:41:07  m17 to bob: recalled (by_sender)"),
            ("bob", "recalled", Some("by_sender"), "09:41:07  m17 was recalled"),
        ] {
            let note = NoteView {
                message: "m17".parse().unwrap(),
                to: "bob".parse().unwrap(),
                state: state.to_owned(),
                channel: None,
                reason: reason.map(str::to_owned),
                at: "2026-11-21T09:41:07.250Z".to_owned(),
            };
            assert_eq!(line(&user.parse().unwrap(), &note), want);
        }
    }
}
