//! The table of settings as Markdown, built from clap's own description of the flags.
//!
//! Copied into `src/admin/README.md` by hand; a test compares the two, so that the README stays true.
//!
//! Invariant: nothing about a flag is written twice; the table says the same as the help.

use clap::Arg;

use super::line::clap_command;

/// One line for every setting: flag, environment variable, default, meaning.
pub fn flag_table() -> String {
    let mut table = String::from("| flag | variable | default | meaning |\n|---|---|---|---|\n");
    for arg in clap_command().get_arguments().filter(|arg| arg.is_global_set()) {
        table.push_str(&row(arg));
    }
    table
}

fn row(arg: &Arg) -> String {
    let flag = arg.get_long().unwrap_or_default();
    let value = arg.get_value_names().unwrap_or_default().join(" ");
    let variable = arg.get_env().unwrap_or_default().to_string_lossy();
    let default = arg.get_default_values().join(" ".as_ref());
    let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
    format!("| `--{flag} {value}` | `{variable}` | `{}` | {} |\n", default.to_string_lossy(), meaning.replace('|', "\\|"))
}
