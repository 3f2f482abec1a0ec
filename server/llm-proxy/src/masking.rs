//! The keys of a request, blackened where the provider's error repeats them: an error is shown, recorded and, where this
//! server pays, given to somebody who must not know the key.
//!
//! Byte for byte, so that announced lengths stay true.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri};
use memchr::memmem;

use crate::authenticate::{CARRIERS, credential, key_in};

/// A shorter one hides nothing: local servers take any word for a key.
const SHORTEST: usize = 8;
const MASK: u8 = b'*';

/// What went up, unread: most answers are none of those that need it.
pub(crate) struct SentKeys {
    headers: [Option<HeaderValue>; 3],
    target: Uri,
}

impl SentKeys {
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        Self {
            headers: CARRIERS.map(|carrier| request.headers().get(carrier).cloned()),
            target: request.uri().clone(),
        }
    }

    /// None where there is nothing to hide.
    pub(crate) fn mask(&self) -> Option<Mask> {
        let headers = self.headers.iter().flatten();
        let headers =
            headers.filter_map(|value| Some(Cow::Borrowed(credential(value.to_str().ok()?))));
        let query = self.target.query().unwrap_or_default();
        let mut keys: Vec<Vec<u8>> = headers
            .chain(query.split('&').filter_map(key_in))
            .map(|key| key.as_bytes().to_vec())
            .collect();
        keys.retain(|key| key.len() >= SHORTEST);
        (!keys.is_empty()).then_some(Mask {
            keys,
            held: Vec::new(),
        })
    }
}

/// Of one body that comes in pieces.
pub(crate) struct Mask {
    keys: Vec<Vec<u8>>,
    /// An end that may be the beginning of a key.
    held: Vec<u8>,
}

impl Mask {
    pub(crate) fn pass(&mut self, piece: &[u8], is_last: bool) -> Bytes {
        let mut data = std::mem::take(&mut self.held);
        data.extend_from_slice(piece);
        for key in &self.keys {
            let found: Vec<usize> = memmem::find_iter(&data, key).collect();
            for start in found {
                data[start..start + key.len()].fill(MASK);
            }
        }
        if !is_last {
            let held = self.keys.iter().map(|key| begun(&data, key)).max();
            self.held = data.split_off(data.len() - held.unwrap_or_default());
        }
        data.into()
    }

    /// What was held when no further piece comes.
    pub(crate) fn rest(&mut self) -> Option<Bytes> {
        let rest = std::mem::take(&mut self.held);
        (!rest.is_empty()).then(|| rest.into())
    }
}

/// How much of the key the data ends with.
fn begun(data: &[u8], key: &[u8]) -> usize {
    let longest = data.len().min(key.len() - 1);
    (1..=longest)
        .rev()
        .find(|length| data.ends_with(&key[..*length]))
        .unwrap_or_default()
}
