//! `skep token`: tokens of the admin API, in the state directory of this machine.
//!
//! It sends no request: a running server reads the file again when it has changed.
//!
//! Invariant: a secret is printed when it is created, and never again.

use serde_json::json;

use crate::admin::tokens::{TokenError, Tokens};
use crate::api::token::{CreatedToken, Scope, TokenSummary};
use crate::client::output::{Output, ago, now_ms, table};
use crate::config::operator_args::{ScopeChoice, TokenAct, TokenArgs};
use crate::config::{Config, ExitCode};

/// Creates, lists or removes tokens.
pub fn run(config: &Config, args: &TokenArgs) -> ExitCode {
    let json = match &args.act {
        TokenAct::Add(add) => add.json,
        TokenAct::Ls(list) => list.json,
        TokenAct::Rm(remove) => remove.json,
    };
    let output = Output::new(json);
    let tokens = Tokens::of(&config.state);
    let done = match &args.act {
        TokenAct::Add(add) => tokens.add(&add.name, scope(add.scope)).map(|secret| {
            let created = CreatedToken { name: add.name.clone(), scope: scope(add.scope), secret };
            output.note("this secret is shown once; a running Skep accepts it from now on:");
            output.result(&created, || created.secret.clone())
        }),
        TokenAct::Ls(_) => tokens.list().map(|tokens| {
            let list: Vec<TokenSummary> = tokens.iter().map(Into::into).collect();
            output.result(&list, || render(&list))
        }),
        TokenAct::Rm(remove) => tokens.remove(&remove.name).map(|()| {
            output.result(&json!({ "removed": remove.name }), || {
                format!("the token `{}` is removed: its secret is no longer valid", remove.name)
            })
        }),
    };
    match done {
        Ok(printed) => printed.unwrap_or_else(|error| error.exit_code()),
        Err(error) => {
            let code = match &error {
                TokenError::Exists(_) | TokenError::Missing(_) | TokenError::Name(_) | TokenError::TooMany => ExitCode::Usage,
                TokenError::Broken(_) | TokenError::Store(_) | TokenError::Random(_) => ExitCode::State,
            };
            output.fail_with("token", &error.to_string(), code)
        }
    }
}

fn render(tokens: &[TokenSummary]) -> String {
    if tokens.is_empty() {
        return "there is no token: every client on this machine may use the admin address without one".to_owned();
    }
    let row = |token: &TokenSummary| vec![token.name.clone(), token.scope.to_string(), ago(token.created_ms, now_ms())];
    table(&["NAME", "SCOPE", "CREATED"], &tokens.iter().map(row).collect::<Vec<_>>())
}

fn scope(choice: ScopeChoice) -> Scope {
    match choice {
        ScopeChoice::Metrics => Scope::Metrics,
        ScopeChoice::Read => Scope::Read,
        ScopeChoice::Deploy => Scope::Deploy,
        ScopeChoice::Admin => Scope::Admin,
    }
}
