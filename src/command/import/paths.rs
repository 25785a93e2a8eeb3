//! Paths of other platforms' routes as Skep writes them.
//!
//! Invariant: a part that Skep cannot tell apart becomes a wider one, and the caller hears of what was lost only if it matters: a pattern of
//! a parameter is the function's to check.

/// `/users/{id:[0-9]+}`, `/users/{id}`, `/{proxy+}`: `/users/:id`, `/*`.
///
/// # Errors
/// If the path has no such form.
pub(super) fn braces(path: &str) -> Result<String, String> {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = path.trim_start_matches('/');
    while !rest.is_empty() {
        // A pattern of a parameter may hold a slash.
        let end = part_end(rest);
        let (part, after) = rest.split_at_checked(end).ok_or("its path is not text")?;
        rest = after.trim_start_matches('/');
        let Some(inner) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            if part.contains(['{', '}']) {
                return Err(format!("`{part}` in its path is a parameter and more, which no route can have"));
            }
            parts.push(part.to_owned());
            continue;
        };
        let (name, pattern) = inner.split_once(':').unwrap_or((inner, ""));
        if name.ends_with('+') || pattern.contains(".*") || pattern.contains(".+") {
            match rest.is_empty() {
                true => parts.push("*".to_owned()),
                false => return Err(format!("`{part}` in its path stands for several parts, and more follows")),
            }
        } else {
            let name = parameter(name, &parts);
            parts.push(name);
        }
    }
    Ok(format!("/{}", parts.join("/")))
}

/// `src/users.create` as `src/users` and `create`, `src/users` as itself: a file without its extension, and an export behind the first dot of
/// the last part.
pub(super) fn file_and_export(text: &str) -> (String, Option<&str>) {
    let (folder, name) = text.rsplit_once('/').map_or(("", text), |(folder, name)| (folder, name));
    let (file, export) = name.split_once('.').map_or((name, None), |(file, export)| (file, Some(export)));
    (if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") }, export)
}

fn part_end(rest: &str) -> usize {
    let mut depth = 0;
    for (at, character) in rest.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            '/' if depth <= 0 => return at,
            _ => {}
        }
    }
    rest.len()
}

/// A name that Skep's parameters can have, and that none of the others has.
pub(super) fn parameter(name: &str, others: &[String]) -> String {
    let plain: String = name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect();
    let first = if plain.is_empty() || plain.starts_with(|first: char| first.is_ascii_digit()) { format!("p{plain}") } else { plain };
    let mut candidate = format!(":{first}");
    while others.contains(&candidate) {
        candidate.push('_');
    }
    candidate
}

/// The path and everything below it.
pub(super) fn below(path: &str) -> String {
    match path.trim_end_matches('/') {
        path if path.ends_with("/*") => path.to_owned(),
        path => format!("{path}/*"),
    }
}
