//! Tokens: who may operate this host, and how far.
//!
//! A file in the state folder, written by `skep token` and by the admin API; asked for every request of the admin API. It is read again when it has
//! changed, so that a token works, or does not any more, without a restart.
//!
//! Invariant: a secret is shown once and never stored; what is stored is its SHA-256. A secret has 256 bits from the system's generator, so that a
//! hash without salt or stretching cannot be turned back.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use crate::function::hex;
use crate::release::deploy::registry::now_ms;
use crate::release::folder::fingerprint::Stamp;
use crate::release::store::StoreError;
use crate::release::store::files::Files;

/// The file in the state folder.
const FILE: &str = "tokens.json";

/// What every secret begins with, so that a leaked one can be found.
const PREFIX: &str = "skep_";

/// Most tokens.
pub const TOKENS_MAX: usize = 256;

/// Longest name of a token.
pub const NAME_BYTES_MAX: usize = 64;

/// How far a token reaches; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Sees everything but secrets.
    Read,
    /// Releases, scales and calls functions.
    Deploy,
    /// Everything: tokens, log level, upgrades.
    Admin,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Deploy => "deploy",
            Self::Admin => "admin",
        })
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Read, Self::Deploy, Self::Admin]
            .into_iter()
            .find(|scope| scope.to_string() == text)
            .ok_or_else(|| format!("{text:?} is no scope: `read`, `deploy` or `admin`"))
    }
}

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Unique.
    pub name: String,
    /// How far it reaches.
    pub scope: Scope,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: u64,
    /// SHA-256 of the secret, in hexadecimal digits.
    sha256: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct TokenFile {
    tokens: Vec<Token>,
}

/// Why tokens were not changed.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// There is one of this name.
    #[error("there is a token `{0}` already")]
    Exists(String),
    /// There is none of this name.
    #[error("there is no token `{0}`")]
    Missing(String),
    /// The name is none.
    #[error("{0:?} is no name for a token: 1 to {NAME_BYTES_MAX} letters, digits, `.`, `_` and `-`")]
    Name(String),
    /// Too many.
    #[error("there are {TOKENS_MAX} tokens already")]
    TooMany,
    /// The file is not what was written.
    #[error("tokens.json in the state folder is broken ({0}): remove it, and make new tokens")]
    Broken(String),
    /// The disk fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(String),
}

/// The tokens of a state folder.
#[derive(Clone)]
pub struct Tokens(Arc<Shared>);

struct Shared {
    state: PathBuf,
    /// Every change of this process is made under it.
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    stamp: Option<Stamp>,
    /// Whether there is a file.
    made: bool,
    tokens: Arc<Vec<Token>>,
}

impl Tokens {
    /// The tokens below a state folder; that there is one is not needed.
    pub fn of(state: &Path) -> Self {
        Self(Arc::new(Shared { state: state.to_owned(), read: Mutex::default() }))
    }

    /// All of them, as the file is now.
    ///
    /// # Errors
    /// If the file cannot be read or is broken: then nobody gets in.
    pub fn list(&self) -> Result<Arc<Vec<Token>>, TokenError> {
        self.refreshed(&mut self.0.read.lock())
    }

    fn refreshed(&self, read: &mut Read) -> Result<Arc<Vec<Token>>, TokenError> {
        let path = self.0.state.join(FILE);
        let stamp = Stamp::of(&path);
        if read.stamp != Some(stamp) {
            let (made, file) = match std::fs::read(&path) {
                Ok(bytes) => (true, serde_json::from_slice(&bytes).map_err(|error| TokenError::Broken(error.to_string()))?),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => (false, TokenFile::default()),
                Err(error) => return Err(StoreError::reading(FILE, error).into()),
            };
            *read = Read { stamp: Some(stamp), made, tokens: Arc::new(file.tokens) };
        }
        Ok(read.tokens.clone())
    }

    /// Whether there ever was a token, and the file is still there. When the last one has been removed, nobody gets in any more: not everybody.
    ///
    /// # Errors
    /// If the file cannot be read or is broken.
    pub fn were_made(&self) -> Result<bool, TokenError> {
        let mut read = self.0.read.lock();
        self.refreshed(&mut read)?;
        Ok(read.made)
    }

    /// Whose secret this is. Takes as long for a wrong one as for a right one.
    ///
    /// # Errors
    /// If the file cannot be read or is broken.
    pub fn find(&self, secret: &str) -> Result<Option<Token>, TokenError> {
        let digest = digest(secret);
        let mut found = None;
        for token in self.list()?.iter() {
            if bool::from(token.sha256.as_bytes().ct_eq(digest.as_bytes())) {
                found = Some(token.clone());
            }
        }
        Ok(found)
    }

    /// Makes a token. The secret is in the answer and nowhere else.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn add(&self, name: &str, scope: Scope) -> Result<String, TokenError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !(1..=NAME_BYTES_MAX).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(TokenError::Name(name.chars().take(NAME_BYTES_MAX).collect()));
        }
        let secret = secret()?;
        self.change(|tokens| {
            if tokens.iter().any(|token| token.name == name) {
                return Err(TokenError::Exists(name.to_owned()));
            }
            if tokens.len() >= TOKENS_MAX {
                return Err(TokenError::TooMany);
            }
            tokens.push(Token { name: name.to_owned(), scope, created_ms: now_ms(), sha256: digest(&secret) });
            Ok(())
        })?;
        Ok(secret)
    }

    /// Takes a token back; from now on its secret is worth nothing.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn remove(&self, name: &str) -> Result<(), TokenError> {
        self.change(|tokens| {
            let before = tokens.len();
            tokens.retain(|token| token.name != name);
            if tokens.len() == before { Err(TokenError::Missing(name.to_owned())) } else { Ok(()) }
        })
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Token>) -> Result<(), TokenError>) -> Result<(), TokenError> {
        let mut read = self.0.read.lock();
        let mut tokens = Vec::clone(&*self.refreshed(&mut read)?);
        change(&mut tokens)?;
        let bytes = serde_json::to_vec_pretty(&TokenFile { tokens }).map_err(|error| TokenError::Broken(error.to_string()))?;
        let files = Files::open(&self.0.state)?;
        files.replace(FILE, &[&bytes])?;
        files.settle(FILE)?;
        read.stamp = None;
        Ok(())
    }
}

fn secret() -> Result<String, TokenError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| TokenError::Random(error.to_string()))?;
    Ok(format!("{PREFIX}{}", digits(&bytes)))
}

fn digest(secret: &str) -> String {
    digits(&Sha256::digest(secret.as_bytes()))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| hex::write(u128::from(*byte), &mut [0; 2]).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_secret_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::of(&folder.path().join("state"));
        assert!(tokens.list().unwrap().is_empty());
        let secret = tokens.add("ci", Scope::Deploy).unwrap();
        // Another process, such as the server beside `skep token`.
        let other = Tokens::of(&folder.path().join("state"));
        assert_eq!(other.find(&secret).unwrap().map(|token| (token.name, token.scope)), Some(("ci".into(), Scope::Deploy)));
        assert_eq!(other.find("skep_").unwrap(), None);
        tokens.remove("ci").unwrap();
        assert_eq!(other.find(&secret).unwrap(), None, "it is read again");
    }

    #[test]
    fn the_secret_is_nowhere_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let secret = Tokens::of(folder.path()).add("ci", Scope::Read).unwrap();
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(!text.contains(secret.strip_prefix(PREFIX).unwrap()));
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn names_are_unique_and_plain_and_a_broken_file_lets_nobody_in() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::of(folder.path());
        let secret = tokens.add("ci", Scope::Read).unwrap();
        assert!(matches!(tokens.add("ci", Scope::Admin), Err(TokenError::Exists(_))));
        for name in ["", "a b", "é", &"x".repeat(65)] {
            assert!(matches!(tokens.add(name, Scope::Read), Err(TokenError::Name(_))), "{name}");
        }
        assert!(matches!(tokens.remove("other"), Err(TokenError::Missing(_))));
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert!(matches!(tokens.find(&secret), Err(TokenError::Broken(_))));
    }

    #[test]
    fn scopes_include_those_before_them() {
        assert!(Scope::Read < Scope::Deploy && Scope::Deploy < Scope::Admin);
        for scope in ["read", "deploy", "admin"] {
            assert_eq!(scope.parse::<Scope>().unwrap().to_string(), scope);
        }
        assert!("root".parse::<Scope>().is_err());
    }
}
