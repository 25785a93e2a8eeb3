//! Raw arguments of the operator's commands that need no running Skep: `skep token`, `skep systemd` and `skep parse`.

use std::path::PathBuf;

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
    /// Reads `/metrics` alone.
    Metrics,
    /// Sees everything but secrets.
    Read,
    /// Releases, scales and calls functions.
    Deploy,
    /// Everything: tokens, log level, upgrades.
    Admin,
}

/// `skep parse`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ParseArgs {
    /// The operation.
    #[command(subcommand)]
    pub act: ParseAct,
}

/// The operations on a Parse Server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum ParseAct {
    /// Have a Parse Server call Skep for cloud functions, by its webhooks. Its `webhookKey` must be Skep's PARSE_WEBHOOK_KEY.
    Adopt(AdoptArgs),
}

/// `skep parse adopt`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct AdoptArgs {
    /// Cloud functions: the names that Parse.Cloud.define registers.
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Address of the Parse Server with its mount, such as http://127.0.0.1:1337/parse.
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// Address of Skep with the application's mount, as the Parse Server reaches it, such as http://10.0.0.7:8000/parse.
    #[arg(long = "self", value_name = "URL", required_unless_present = "drop")]
    pub own: Option<String>,
    /// The application's id.
    #[arg(long, value_name = "ID", env = "PARSE_APPLICATION_ID")]
    pub app_id: String,
    /// File with the master key; left out, the key is the environment's PARSE_MASTER_KEY.
    #[arg(long, value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,
    /// Take the functions back: the Parse Server no longer calls Skep for them.
    #[arg(long)]
    pub drop: bool,
    /// Print what became of every function as JSON.
    #[arg(long)]
    pub json: bool,
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
