//! Typographic characters that word processors and phones put in, and what people would have typed for them.

/// `None` for what has a meaning of its own: letters and their accents, signs, emoji.
pub(super) fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        // Quotation marks and primes.
        '‘' | '’' | '‚' | '‛' | '′' | '‵' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | 'ˈ' | '´' | '`' | '❛' | '❜' => {
            "'"
        }
        '“' | '”' | '„' | '‟' | '″' | '‶' | 'ʺ' | '«' | '»' | '❝' | '❞' | '〝' | '〞' => {
            "\""
        }
        '‹' => "<",
        '›' => ">",
        // Hyphens, dashes, the minus sign.
        '‐' | '\u{2011}' | '‒' | '–' | '—' | '―' | '−' | '⁃' | '﹘' | '﹣' => "-",
        // Dots and bullets.
        '…' => "...",
        '‥' => "..",
        '•' | '‣' | '∙' | '·' => "*",
        // Spaces, of whatever width.
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{85}' | '\u{2028}' | '\u{2029}' => "\n",
        // What is not seen: soft hyphen, zero width spaces and joiners, word joiner, byte order mark.
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "",
        // Marks made of others.
        '⁄' | '∕' => "/",
        '‼' => "!!",
        '⁇' => "??",
        '⁈' => "?!",
        '⁉' => "!?",
        '¼' => "1/4",
        '½' => "1/2",
        '¾' => "3/4",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typography_becomes_what_is_typed_and_letters_stay() {
        for (c, want) in
            [('’', "'"), ('“', "\""), ('–', "-"), ('…', "..."), ('\u{a0}', " "), ('\u{feff}', "")]
        {
            assert_eq!(plain(c), Some(want));
        }
        for c in ['ç', 'á', 'ж', '😀', '€', 'a', '\u{301}', '\n'] {
            assert_eq!(plain(c), None, "{c:?}");
        }
    }
}
