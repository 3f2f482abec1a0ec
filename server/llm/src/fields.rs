//! The cheap look at a JSON object: its fields as raw JSON, nothing else parsed.
//!
//! What was read before a fault (a body cut off for storage, a stray byte) is kept, and of a field
//! named twice the last one counts, as it does for the providers.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

#[cfg(test)]
mod tests;

/// The fields of one JSON object that the caller asked for.
pub(crate) struct Fields<'a> {
    found: Vec<(Cow<'a, str>, &'a RawValue)>,
    complete: bool,
}

impl<'a> Fields<'a> {
    /// Reads the object's fields of these names and skips the others.
    pub(crate) fn read(body: &'a [u8], names: &[&str]) -> Self {
        Self::collect(body, Some(names))
    }

    /// Reads all of the object's fields.
    pub(crate) fn read_all(body: &'a [u8]) -> Self {
        Self::collect(body, None)
    }

    fn collect(body: &'a [u8], names: Option<&[&str]>) -> Self {
        let mut found = Vec::new();
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let collect = Collect {
            names,
            found: &mut found,
        };
        // An error leaves what was found before it, which is all that can be had.
        let read = collect.deserialize(&mut deserializer);
        let complete = read.and_then(|()| deserializer.end()).is_ok();
        Self { found, complete }
    }

    /// Whether the object was there to its end, and nothing after it.
    pub(crate) fn complete(&self) -> bool {
        self.complete
    }

    /// The fields found, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        let fields = self.found.iter();
        fields.map(|(name, value)| (name.as_ref(), *value))
    }

    pub(crate) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let mut from_last = self.found.iter().rev();
        from_last
            .find(|(found, _)| found == name)
            .map(|(_, value)| *value)
    }

    /// The field, if it has this type.
    pub(crate) fn get<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.raw(name)?.get()).ok()
    }

    /// The field, if it is a text with something in it.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let text: Text<'a> = self.get(name)?;
        (!text.0.is_empty()).then(|| text.0.into_owned())
    }

    /// The objects of an array field, each with its fields of these names.
    pub(crate) fn objects(&self, name: &str, names: &[&str]) -> Vec<Fields<'a>> {
        let values: Vec<&'a RawValue> = self.get(name).unwrap_or_default();
        let bodies = values.iter().map(|value| value.get().as_bytes());
        bodies.map(|body| Fields::read(body, names)).collect()
    }

    /// An object field, with its fields of these names.
    pub(crate) fn object(&self, name: &str, names: &[&str]) -> Option<Fields<'a>> {
        Some(Fields::read(self.raw(name)?.get().as_bytes(), names))
    }
}

/// A text that is borrowed unless it has escapes.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

struct Collect<'n, 'f, 'a> {
    names: Option<&'n [&'n str]>,
    found: &'f mut Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> DeserializeSeed<'a> for Collect<'_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Collect<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Text<'a>>()? {
            let names = self.names;
            if names.is_none_or(|names| names.contains(&name.0.as_ref())) {
                let value: &'a RawValue = map.next_value()?;
                self.found.push((name.0, value));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
