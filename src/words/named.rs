//! Enums that are known by name: a variant's text is spelt once, for settings, answers and what is written down.

/// An enum with one name for each variant: `ALL`, `NAMES`, `as_str`, `FromStr`, `Display`, and serde by the same names.
macro_rules! named {
    (
        $(#[$about:meta])*
        $kind:literal $word:ident { $($(#[$of:meta])* $variant:ident = $name:literal,)+ }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $word {
            $($(#[$of])* #[serde(rename = $name)] $variant,)+
        }

        impl $word {
            pub const ALL: &'static [$word] = &[$($word::$variant),+];
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $($word::$variant => $name,)+
                }
            }
        }

        impl std::str::FromStr for $word {
            type Err = $crate::words::WordError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().find(|one| one.as_str() == text);
                found.copied().ok_or_else(|| {
                    let allowed = Self::NAMES.join(", ");
                    $crate::words::WordError(format!(concat!("not a known ", $kind, ": it is one of {}"), allowed))
                })
            }
        }

        impl std::fmt::Display for $word {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use named;

#[cfg(test)]
mod tests {
    named! {
        "fruit" Fruit { Fig = "fig", DragonFruit = "dragon_fruit", }
    }

    #[test]
    fn a_name_is_the_same_in_text_and_in_what_is_written_down() {
        for one in Fruit::ALL {
            assert_eq!(one.to_string().parse::<Fruit>().as_ref(), Ok(one));
            assert_eq!(serde_json::to_string(one).unwrap(), format!("\"{}\"", one.as_str()));
            assert_eq!(serde_json::from_str::<Fruit>(&format!("\"{one}\"")).unwrap(), *one);
        }
        assert_eq!(
            "Fig".parse::<Fruit>().unwrap_err().to_string(),
            "not a known fruit: it is one of fig, dragon_fruit"
        );
    }
}
