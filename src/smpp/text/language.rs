//! The languages that have 7-bit tables of their own (TS 23.038 section 6.2.1.2.4).

use crate::words::named;

named! {
    /// In the order of their identifiers, from 1.
    "language with national tables" Language {
        Turkish = "turkish",
        /// The only one without a locking shift table.
        Spanish = "spanish",
        Portuguese = "portuguese",
        Bengali = "bengali",
        Gujarati = "gujarati",
        Hindi = "hindi",
        Kannada = "kannada",
        Malayalam = "malayalam",
        Oriya = "oriya",
        Punjabi = "punjabi",
        Tamil = "tamil",
        Telugu = "telugu",
        Urdu = "urdu",
    }
}

impl Language {
    /// The National Language Identifier as it stands in the user data header.
    pub fn id(self) -> u8 {
        self as u8 + 1
    }

    /// `None` for 0, the default tables, and for what is reserved.
    pub fn from_id(id: u8) -> Option<Language> {
        Language::ALL.get(usize::from(id.checked_sub(1)?)).copied()
    }

    pub fn has_locking(self) -> bool {
        self != Language::Spanish
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_the_identifier_of_the_table() {
        for (language, id) in [(Language::Turkish, 1), (Language::Spanish, 2), (Language::Urdu, 13)] {
            assert_eq!((language.id(), Language::from_id(id)), (id, Some(language)));
        }
        assert_eq!([0, 14, 255].map(Language::from_id), [None; 3]);
    }
}
