//! The form of an answer: its encoding, its greatest length, and the last commit that it knows of. Every answer is written here.

use serde::Serialize;

use super::refusal::{Unanswered, too_large};
use crate::rules::presence::Encoding;
use crate::wire::query::Answer;
use crate::wire::to_payload;
use crate::words::EventSeq;

#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) encoding: Encoding,
    pub(super) bytes_max: usize,
    pub(super) as_of: EventSeq,
}

impl Form {
    /// However long it is: for what was measured before.
    pub(super) fn write<T: Serialize>(self, answer: &T) -> Vec<u8> {
        to_payload(&Answer { answer, as_of: Some(self.as_of) }, self.encoding)
    }

    /// An answer that is not cut: it fits, or the asker is told that it does not.
    pub(super) fn whole<T: Serialize>(self, answer: &T) -> Result<Vec<u8>, Unanswered> {
        let answer = self.write(answer);
        if answer.len() <= self.bytes_max { Ok(answer) } else { Err(too_large().into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::message::MessagePart;
    use crate::wire::MessageView;
    use crate::wire::query::Items;

    #[test]
    fn an_answer_says_what_it_knows_of_in_either_encoding() {
        let part: MessagePart = serde_json::from_str(r#"{"type": "image/png", "data": "AQID"}"#).unwrap();
        let message = MessageView {
            message: "m7".parse().unwrap(),
            from: "alice".parse().unwrap(),
            to: "bob".parse().unwrap(),
            group: None,
            text: None,
            parts: Some([part].into()),
            at: String::new(),
            state: "sent".to_owned(),
        };
        let page = Items { items: vec![message], next: None };
        let form = |encoding, bytes_max| Form { encoding, bytes_max, as_of: EventSeq(12) };
        let json = form(Encoding::Json, 1_000).whole(&page).unwrap();
        assert!(String::from_utf8(json.clone()).unwrap().ends_with(r#""state":"sent"}],"as_of":12}"#));
        let read: Answer<Items<MessageView>> = serde_json::from_slice(&json).unwrap();
        assert_eq!(read, Answer { answer: page.clone(), as_of: Some(EventSeq(12)) });
        // The same map with one more entry: what stands inside is as it would be without it.
        let msgpack = form(Encoding::Msgpack, 1_000).whole(&page).unwrap();
        let bare = to_payload(&page, Encoding::Msgpack);
        assert_eq!((msgpack[0], &msgpack[1..bare.len()]), (bare[0] + 1, &bare[1..]));
        assert_eq!(msgpack[bare.len()..], *b"\xa5as_of\x0c");
        assert!(form(Encoding::Json, json.len() - 1).whole(&page).is_err());
    }
}
