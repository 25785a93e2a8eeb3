//! Raw arguments of the operator's commands that need no running Skep: `skep token` and `skep systemd`.

use clap::{Args, Subcommand, ValueEnum};

/// `skep token`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct TokenArgs {
    /// The operation.
    #[command(subcommand)]
    pub act: TokenAct,
}

/// The operations on tokens. A running Skep on the same state directory applies them at once.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum TokenAct {
    /// Create a token in the --state directory and print its secret, once. A running Skep applies it at once; the first token closes the
    /// admin API to every caller without one.
    Add(TokenAddArgs),
    /// List tokens: name, scope, age.
    Ls(TokenListArgs),
    /// Remove a token. A running Skep applies it at once.
    Rm(TokenRmArgs),
}

/// `skep token add`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct TokenAddArgs {
    /// Name of the token: letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// Scope of the token.
    #[arg(long, value_enum)]
    pub scope: ScopeChoice,
    /// Print name, scope and secret as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `skep token ls`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct TokenListArgs {
    /// Print the list as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `skep token rm`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct TokenRmArgs {
    /// Name of the token.
    pub name: String,
    /// Print the removed token as JSON.
    #[arg(long)]
    pub json: bool,
}

/// The scopes of tokens; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScopeChoice {
    /// Sees everything but secrets.
    Read,
    /// Releases, scales and calls functions.
    Deploy,
    /// Everything: tokens, log level, upgrades.
    Admin,
}

/// `skep systemd`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct SystemdArgs {
    /// Which unit to print; both if none is named.
    #[arg(value_enum)]
    pub unit: Option<UnitChoice>,
}

/// A unit of systemd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UnitChoice {
    /// skep.service: runs the host.
    Service,
    /// skep.socket: holds its addresses while the service is restarted.
    Socket,
}
