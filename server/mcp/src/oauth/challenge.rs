//! What a server says in `WWW-Authenticate` (RFC 9110, RFC 6750, RFC 9728).

/// A `Bearer` or `DPoP` challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    pub scheme: String,
    pub error: Option<String>,
    pub error_description: Option<String>,
    /// Space-separated.
    pub scope: Option<String>,
    /// Where the protected resource's metadata are.
    pub resource_metadata: Option<String>,
    pub realm: Option<String>,
}

impl Challenge {
    /// The first challenge that asks for a token, among all of a response's headers.
    pub fn among<'a>(values: impl Iterator<Item = &'a str>) -> Option<Self> {
        values.flat_map(challenges).find(|challenge| {
            challenge.scheme.eq_ignore_ascii_case("bearer")
                || challenge.scheme.eq_ignore_ascii_case("dpop")
        })
    }

    pub fn is_insufficient_scope(&self) -> bool {
        self.error.as_deref() == Some("insufficient_scope")
    }

    fn set(&mut self, name: &str, value: String) {
        let field = match name.to_ascii_lowercase().as_str() {
            "error" => &mut self.error,
            "error_description" => &mut self.error_description,
            "scope" => &mut self.scope,
            "resource_metadata" => &mut self.resource_metadata,
            "realm" => &mut self.realm,
            _ => return,
        };
        *field = Some(value);
    }
}

/// A header may carry several challenges, and commas separate both them and their parameters.
fn challenges(header: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest
            .find(|letter: char| !is_token(letter))
            .unwrap_or(rest.len());
        if end == 0 {
            // Whatever this is, it is no challenge of ours.
            return found;
        }
        let (word, after) = rest.split_at(end);
        let after = after.trim_start_matches([' ', '\t']);
        match (after.strip_prefix('='), found.last_mut()) {
            (Some(value), Some(challenge)) if !value.starts_with('=') => {
                let (value, after) = parameter_value(value.trim_start());
                challenge.set(word, value);
                rest = after;
            }
            _ => {
                found.push(Challenge {
                    scheme: word.to_owned(),
                    ..Challenge::default()
                });
                // A token68 credential, such as `Negotiate abc==`, is skipped as a word of its own.
                rest = after.trim_start_matches('=');
            }
        }
    }
}

fn is_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(letter)
}

fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}
