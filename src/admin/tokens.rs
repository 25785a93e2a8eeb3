//! Tokens: which clients may operate this host, and how far.
//!
//! A file in the state directory, written by `skep token` and by the admin API; `auth` looks every request's token up here. The file is read again
//! when it has changed, so that a token works, or works no longer, without a restart.
//!
//! Invariant: a secret is shown once and never stored; the file holds its SHA-256. A secret has 256 bits from the system's generator, so that its
//! hash cannot be reversed, though it has neither salt nor stretching.

#![allow(clippy::disallowed_methods, reason = "the tokens are a file in the state directory")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::api::token::{Scope, TokenSummary};
use crate::function::hex;
use crate::release::deploy::registry::now_ms;
use crate::release::folder::PathStamp;
use crate::release::store::StoreError;
use crate::release::store::files::StateFiles;

/// The file in the state directory.
const FILE: &str = "tokens.json";

/// The beginning of every secret, so that a leaked one can be found.
const PREFIX: &str = "skep_";

/// Most tokens.
pub const TOKENS_MAX: usize = 256;

/// Longest name of a token.
pub const NAME_BYTES_MAX: usize = 64;

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Unique.
    pub name: String,
    /// How far it reaches.
    pub scope: Scope,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: u64,
    /// SHA-256 of the secret, in hexadecimal digits.
    sha256: String,
}

/// Which token: its hash. Another token of the same name is another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenId(Arc<str>);

impl From<&str> for TokenId {
    fn from(hash: &str) -> Self {
        Self(hash.into())
    }
}

impl Token {
    /// Which it is.
    pub fn id(&self) -> TokenId {
        self.sha256.as_str().into()
    }
}

impl From<&Token> for TokenSummary {
    fn from(token: &Token) -> Self {
        Self { name: token.name.clone(), scope: token.scope, created_ms: token.created_ms }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct TokenFile {
    tokens: Vec<Token>,
}

/// Why tokens were not changed.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// There is one of this name.
    #[error("a token `{0}` exists already")]
    Exists(String),
    /// There is none of this name.
    #[error("there is no token `{0}`")]
    Missing(String),
    /// The name is not valid.
    #[error("{0:?} is not a name for a token: 1 to {NAME_BYTES_MAX} letters, digits, `.`, `_` and `-`")]
    Name(String),
    /// Too many.
    #[error("there are {TOKENS_MAX} tokens already")]
    TooMany,
    /// The file is not one that Skep wrote.
    #[error("tokens.json in the state directory is broken ({0}): remove it, and create new tokens")]
    Broken(String),
    /// The disk fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system's generator fails.
    #[error("the system provides no random bytes: {0}")]
    Random(String),
}

/// The tokens of a state directory.
#[derive(Clone)]
pub struct Tokens(Arc<TokensInner>);

struct TokensInner {
    state: PathBuf,
    /// Every change of this process is made under this lock.
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    stamp: Option<PathStamp>,
    /// Whether there is a file.
    made: bool,
    tokens: Arc<Vec<Token>>,
}

impl Tokens {
    /// The tokens of a state directory, which need not exist.
    pub fn of(state: &Path) -> Self {
        Self(Arc::new(TokensInner { state: state.to_owned(), read: Mutex::default() }))
    }

    /// All of them, as the file is now.
    ///
    /// # Errors
    /// If the file cannot be read or is broken: then no client gets in.
    pub fn list(&self) -> Result<Arc<Vec<Token>>, TokenError> {
        self.refreshed(&mut self.0.read.lock())
    }

    fn refreshed(&self, read: &mut Read) -> Result<Arc<Vec<Token>>, TokenError> {
        let path = self.0.state.join(FILE);
        let stamp = PathStamp::of(&path);
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

    /// Whether a token was ever created, and the file still exists. After the last token was removed no client gets in, rather than every client.
    ///
    /// # Errors
    /// If the file cannot be read or is broken.
    pub fn were_made(&self) -> Result<bool, TokenError> {
        let mut read = self.0.read.lock();
        self.refreshed(&mut read)?;
        Ok(read.made)
    }

    /// The token of this secret. A wrong secret takes as long as a right one.
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

    /// The token of this id, if it is valid still.
    ///
    /// # Errors
    /// If the file cannot be read or is broken.
    pub(super) fn by_id(&self, id: &TokenId) -> Result<Option<Token>, TokenError> {
        Ok(self.list()?.iter().find(|token| token.id() == *id).cloned())
    }

    /// Creates a token. The secret is in the answer and nowhere else.
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

    /// Revokes a token; its secret is worth nothing from now on.
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
        let files = StateFiles::open(&self.0.state)?;
        files.replace(FILE, &[&bytes])?;
        files.sync(FILE)?;
        read.stamp = None;
        Ok(())
    }
}

fn secret() -> Result<String, TokenError> {
    Ok(format!("{PREFIX}{}", random_digits()?))
}

/// 256 bits from the system's generator, in hexadecimal digits.
pub(super) fn random_digits() -> Result<String, TokenError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| TokenError::Random(error.to_string()))?;
    Ok(digits(&bytes))
}

/// The SHA-256 of a secret, in hexadecimal digits.
pub(super) fn digest(secret: &str) -> String {
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
    fn names_are_unique_and_plain_and_a_broken_file_lets_no_client_in() {
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
}
