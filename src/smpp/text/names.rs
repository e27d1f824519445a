//! Enums that are spelled alike in settings, flags and what is written down.

/// A name that is none of those allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(pub(super) String);

/// An enum with one name for each variant: `ALL`, `NAMES`, `FromStr`, `Display`, and serde through the same door.
macro_rules! named {
    (
        $(#[$doc:meta])*
        $kind:literal $word:ident { $($(#[$about:meta])* $variant:ident = $name:literal,)+ }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $word {
            $($(#[$about])* $variant,)+
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
            type Err = $crate::smpp::text::NameError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().find(|one| one.as_str() == text);
                found.copied().ok_or_else(|| {
                    let allowed = Self::NAMES.join(", ");
                    $crate::smpp::text::NameError(format!("not {}: it is one of {allowed}", $kind))
                })
            }
        }

        impl std::fmt::Display for $word {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $word {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $word {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(super) use named;

#[cfg(test)]
mod tests {
    use crate::smpp::text::{Alphabet, Charset, Language, Long};

    #[test]
    fn every_name_is_read_as_it_is_written() {
        macro_rules! check {
            ($word:ty) => {
                for one in <$word>::ALL {
                    assert_eq!(one.to_string().parse::<$word>().as_ref(), Ok(one));
                    let json = serde_json::to_string(one).unwrap();
                    assert_eq!(serde_json::from_str::<$word>(&json).unwrap(), *one);
                }
                let wrong = "utf9".parse::<$word>().unwrap_err().to_string();
                assert!(<$word>::NAMES.iter().all(|name| wrong.contains(name)), "{wrong}");
            };
        }
        check!(Alphabet);
        check!(Long);
        check!(Charset);
        check!(Language);
    }
}
