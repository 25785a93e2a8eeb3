//! Tokens of the admin API as it lists and creates them, and the scopes that they have.
//!
//! `admin::api` and `skep token` write them; each operation of the admin API declares the [`Scope`] that it needs.
//!
//! Invariant: a secret stands in [`CreatedToken`], which is written once, and in no other type.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a token reaches; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Reads `/metrics` alone.
    Metrics,
    /// Sees everything but secrets.
    Read,
    /// Releases, scales and calls functions.
    Deploy,
    /// Everything: tokens, log level, upgrades.
    Admin,
}

impl Scope {
    /// Every scope, the smallest first.
    pub const ALL: [Self; 4] = [Self::Metrics, Self::Read, Self::Deploy, Self::Admin];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Read => "read",
            Self::Deploy => "deploy",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// A text that names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a scope: `metrics`, `read`, `deploy` or `admin`")]
pub struct NoScope(String);

impl FromStr for Scope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Self, NoScope> {
        Self::ALL.into_iter().find(|scope| scope.label() == text).ok_or_else(|| NoScope(text.to_owned()))
    }
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ListedToken)]
pub struct TokenSummary {
    /// Unique.
    pub name: String,
    /// How far it reaches.
    pub scope: Scope,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: u64,
}

/// A token to create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Letters, digits, `.`, `_` and `-`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$")]
    pub name: String,
    /// How far it is to reach.
    pub scope: Scope,
}

/// A token that was created.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedToken {
    /// Its name.
    pub name: String,
    /// How far it reaches.
    pub scope: Scope,
    /// Shown once.
    pub secret: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_include_those_before_them_and_are_read_by_name() {
        assert!(Scope::Metrics < Scope::Read && Scope::Read < Scope::Deploy && Scope::Deploy < Scope::Admin);
        for scope in Scope::ALL {
            assert_eq!(scope.to_string().parse(), Ok(scope));
            assert_eq!(serde_json::to_string(&scope).unwrap(), format!("\"{scope}\""));
        }
        assert!("root".parse::<Scope>().is_err());
    }
}
