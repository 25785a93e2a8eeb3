//! `skep token`: tokens of the admin API, in the state folder of this machine.
//!
//! No server is asked: a running one reads the file again when it has changed.
//!
//! Invariant: a secret is printed when it is made, and never again.

use serde_json::json;

use crate::admin::tokens::{Scope, TokenError, Tokens};
use crate::client::output::{Output, ago, now_ms, table};
use crate::config::operator_args::{ScopeChoice, TokenAct, TokenArgs};
use crate::config::{Config, ExitCode};

/// Makes, lists or removes tokens.
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
            let made = json!({ "name": add.name, "scope": scope(add.scope), "secret": secret });
            output.note("this is shown once; a running Skep heeds it from now on:");
            output.result(&made, || secret)
        }),
        TokenAct::Ls(_) => tokens.list().map(|tokens| {
            let list: Vec<_> =
                tokens.iter().map(|token| json!({ "name": token.name, "scope": token.scope, "created_ms": token.created_ms })).collect();
            let row =
                |token: &crate::admin::tokens::Token| vec![token.name.clone(), token.scope.to_string(), ago(token.created_ms, now_ms())];
            output.result(&list, || match tokens.is_empty() {
                true => "there is no token: whoever reaches the admin address on this machine may do everything".to_owned(),
                false => table(&["NAME", "SCOPE", "MADE"], &tokens.iter().map(row).collect::<Vec<_>>()),
            })
        }),
        TokenAct::Rm(remove) => tokens
            .remove(&remove.name)
            .map(|()| output.result(&json!({ "removed": remove.name }), || format!("`{}` is worth nothing any more", remove.name))),
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

fn scope(choice: ScopeChoice) -> Scope {
    match choice {
        ScopeChoice::Read => Scope::Read,
        ScopeChoice::Deploy => Scope::Deploy,
        ScopeChoice::Admin => Scope::Admin,
    }
}
