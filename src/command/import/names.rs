//! From the names of other platforms to function names.
//!
//! Invariant: a name that could mean a path is refused, never repaired.

use crate::function::FunctionName;

/// The function of that name, and the note about another spelling, if it needs one.
///
/// # Errors
/// If no function can have such a name, or one like it.
pub(super) fn function_name(original: &str) -> Result<(FunctionName, Option<String>), String> {
    let error = match FunctionName::parse(original) {
        Ok(name) => return Ok((name, None)),
        Err(error) => error,
    };
    let is_word = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    if original.contains("..") || !original.chars().all(is_word) {
        return Err(error.to_string());
    }
    let name = FunctionName::parse(&kebab(original)).map_err(|_| error.to_string())?;
    let note = format!("it is called `{name}` here: a function's name is in lower case, and so is its address /{name}");
    Ok((name, Some(note)))
}

/// `createUser` and `HTTPServer2.api` as `create-user` and `http-server2-api`.
fn kebab(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut kebab = String::new();
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| characters.get(before));
        let after = characters.get(at + 1);
        let begins_word = character.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if begins_word {
            kebab.push('-');
        }
        kebab.push(if *character == '.' { '-' } else { character.to_ascii_lowercase() });
    }
    kebab.trim_matches(['-', '_']).to_owned()
}
