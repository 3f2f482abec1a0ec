//! Is this value a secret, a blank to fill in, or neither? By its name, its form and its disorder.

use super::draft::Inputs;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Judgement {
    Plain,
    Placeholder {
        secret: bool,
        about: Option<String>,
    },
    Secret {
        masked: String,
        reason: &'static str,
    },
}

/// What the keys of well-known services begin with, from their own documentation and from secret scanners.
const PREFIXES: [&str; 59] = [
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "pk_live_",
    "whsec_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxe",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "1//0",
    "ntn_",
    "secret_",
    "sbp_",
    "tvly-",
    "fc-",
    "sntryu_",
    "sntrys_",
    "lin_api_",
    "lin_oauth_",
    "figd_",
    "hf_",
    "npm_",
    "pypi-",
    "dop_v1_",
    "SG.",
    "eyJ",
    "shpat_",
    "shpss_",
    "glc_",
    "glsa_",
    "dckr_pat_",
    "nfp_",
    "ATATT",
    "r8_",
    "gsk_",
    "xai-",
    "pplx-",
    "-----BEGIN",
    "archestra_",
    "arch_",
    "napi_",
    "rnd_",
    "ctx7sk-",
    "BSA",
];
/// Words of a name that make its value a secret.
const SECRET_WORDS: [&str; 17] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "apikey",
    "pat",
    "credential",
    "credentials",
    "bearer",
    "authorization",
    "dsn",
    "jwt",
    "cookie",
    "accesskey",
    "privatekey",
];
/// `…_KEY` is a secret after one of these.
const KEY_KINDS: [&str; 12] = [
    "api",
    "access",
    "private",
    "auth",
    "secret",
    "account",
    "signing",
    "encryption",
    "service",
    "master",
    "app",
    "license",
];
/// A name that ends so tells where or which one, not what it is.
const NOT_VALUES: [&str; 13] = [
    "path", "file", "dir", "url", "uri", "endpoint", "id", "name", "header", "type", "region",
    "limit", "count",
];

pub(super) fn judge(name: &str, value: &str, inputs: &Inputs) -> Judgement {
    let named = names_a_secret(name);
    if let Some(id) = value
        .strip_prefix("${input:")
        .and_then(|rest| rest.strip_suffix('}'))
    {
        let (about, password) = inputs.get(id).cloned().unwrap_or((None, named));
        return Judgement::Placeholder {
            secret: named || password,
            about,
        };
    }
    if value.is_empty() || is_placeholder(value) {
        let blank = !value.is_empty() || named;
        return if blank {
            Judgement::Placeholder {
                secret: named,
                about: None,
            }
        } else {
            Judgement::Plain
        };
    }
    let reason = if let Some(reason) = by_form(value) {
        reason
    } else if named && !is_harmless(value) {
        "its name says so"
    } else if is_disorderly(value) {
        "looks random"
    } else {
        return Judgement::Plain;
    };
    Judgement::Secret {
        masked: masked(value),
        reason,
    }
}

/// `GITHUB_TOKEN`, `--api-key`, `X-Api-Key`, `dbPassword`, but not `TOKEN_URL` or `MAX_TOKENS`.
pub(super) fn names_a_secret(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else {
        return false;
    };
    if NOT_VALUES.contains(&last.as_str()) {
        return false;
    }
    if words.iter().any(|word| says_secret(word)) {
        return true;
    }
    let key = words.iter().position(|word| word == "key");
    key.is_some_and(|at| {
        words.len() == 1
            || at > 0 && KEY_KINDS.contains(&words[at - 1].as_str())
            || at > 0 && at + 1 == words.len() && words[0] != "public"
    }) || words.join("").contains("connectionstring")
}

/// Also where no separator helps: `PGPASSWORD`.
fn says_secret(word: &str) -> bool {
    let endings = ["password", "passwd", "secret", "token", "apikey"];
    SECRET_WORDS.contains(&word) || endings.iter().any(|ending| word.ends_with(ending))
}

/// At every separator and where capitals begin.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for letter in name.chars() {
        let begins = letter.is_uppercase() && after_lower;
        if (begins || !letter.is_alphanumeric())
            && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        after_lower = letter.is_lowercase() || letter.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn by_form(value: &str) -> Option<&'static str> {
    let long_enough = |prefix: &str| value.len() >= prefix.len() + 8;
    if PREFIXES
        .iter()
        .any(|prefix| value.starts_with(prefix) && long_enough(prefix) && !value.contains(' '))
        && value
            .chars()
            .any(|letter| letter.is_ascii_digit() || letter.is_ascii_uppercase())
    {
        return Some("begins like a key of a known service");
    }
    if value.starts_with("-----BEGIN") {
        return Some("is a private key or a certificate");
    }
    let authority = value
        .split_once("://")
        .map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or_default());
    let password = authority
        .and_then(|authority| authority.rsplit_once('@'))
        .and_then(|(user, _)| user.split_once(':'));
    if password.is_some_and(|(_, password)| !password.is_empty() && !is_placeholder(password)) {
        return Some("is an address with a password in it");
    }
    None
}

/// A switch, a small number or a path, whatever its name says.
fn is_harmless(value: &str) -> bool {
    let switch = ["true", "false", "yes", "no", "on", "off", "none", "null"];
    switch.contains(&value.to_lowercase().as_str())
        || value.len() < 7 && value.chars().all(|letter| letter.is_ascii_digit())
        || value.starts_with(['/', '~']) && value.len() > 1 && !value.contains('=')
        || value.starts_with("./")
}

fn is_placeholder(value: &str) -> bool {
    let text = value.to_lowercase();
    let wrapped = [
        ("<", ">"),
        ("${", "}"),
        ("{{", "}}"),
        ("[", "]"),
        ("%", "%"),
        ("{", "}"),
    ];
    if wrapped
        .iter()
        .any(|(start, end)| text.len() > 2 && text.starts_with(start) && text.ends_with(end))
        && !text.contains("user_config")
    {
        return true;
    }
    if let Some(variable) = value.strip_prefix('$') {
        return !variable.is_empty()
            && variable
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    }
    let says = [
        "your-",
        "your_",
        "your ",
        "yourtoken",
        "yourapikey",
        "yourkey",
        "my-token",
        "my_token",
        "changeme",
        "change-me",
        "change_me",
        "replace_",
        "replace-",
        "insert_",
        "insert-",
        "/path/to",
        "path/to/",
        "-here",
        "_here",
        "xxxx",
        "***",
        "<your",
        "todo",
    ];
    says.iter().any(|part| text.contains(part))
        || text
            .chars()
            .all(|letter| matches!(letter, 'x' | '.' | '*' | '-' | '…'))
}

/// Long, of letters and digits mixed, and without a pattern: Shannon's entropy of its characters.
fn is_disorderly(value: &str) -> bool {
    let allowed = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+' | '/' | '=' | '.')
    };
    if value.len() < 24
        || !value.chars().all(allowed)
        || value.starts_with(['/', '.', '-'])
        || value.contains("://")
    {
        return false;
    }
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let letters = value.chars().filter(char::is_ascii_alphabetic).count();
    // Names of packages, images and hosts are words between separators; a key is not.
    let longest_part = value
        .split(['-', '_', '.', '/'])
        .map(str::len)
        .max()
        .unwrap_or(0);
    digits >= 3 && letters >= 6 && longest_part >= 16 && entropy(value) >= 3.3
}

#[expect(clippy::cast_precision_loss, reason = "lengths of short texts")]
fn entropy(value: &str) -> f64 {
    let mut counts = [0_usize; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = value.len() as f64;
    let share = |count: usize| count as f64 / total;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| -share(*count) * share(*count).log2())
        .sum()
}

/// Its beginning, if all keys of the service begin so, and its length.
fn masked(value: &str) -> String {
    let prefix = PREFIXES
        .iter()
        .filter(|prefix| value.starts_with(**prefix))
        .max_by_key(|prefix| prefix.len());
    format!(
        "{}•••• ({} characters)",
        prefix.copied().unwrap_or_default(),
        value.chars().count()
    )
}
