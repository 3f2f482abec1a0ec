//! A message's id: a number or a string. Numbers that are no 64-bit integers keep their spelling.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Id {
    Number(i64),
    String(String),
    /// The JSON text of a number that does not fit, such as `1.5` or `18446744073709551615`.
    Verbatim(Box<str>),
}

impl Id {
    /// `None` for `null`, booleans, arrays and objects.
    pub fn from_raw(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        match text.as_bytes().first()? {
            b'"' => serde_json::from_str(text).ok().map(Self::String),
            b'-' | b'0'..=b'9' => Some(match text.parse() {
                Ok(number) => Self::Number(number),
                Err(_) => Self::Verbatim(text.into()),
            }),
            _ => None,
        }
    }
}

impl From<i64> for Id {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::String(text) => write!(formatter, "{text:?}"),
            Self::Verbatim(text) => formatter.write_str(text),
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::String(text) => serializer.serialize_str(text),
            Self::Verbatim(text) => RawValue::from_string(text.to_string())
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
        }
    }
}
