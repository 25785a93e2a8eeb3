//! V8's compiled code of one version as bytes, and back.
//!
//! `Store` writes the bytes beside the version's; after a restart they go into the code cache before the first instance starts.
//!
//! Invariant: a cache and nothing more: bytes with any damage give no code, and V8 compiles.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One line of JSON, before the code of all modules.
#[derive(Serialize, Deserialize)]
struct CodeHead<'a> {
    format: u32,
    #[serde(borrow)]
    modules: Vec<Part<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    url: std::borrow::Cow<'a, str>,
    /// The hash of the module's text.
    hash: u64,
    /// Length of its code.
    bytes: usize,
}

/// Changes with the meaning of the bytes; other formats are ignored.
const FORMAT: u32 = 1;

/// The bytes of the compiled code of modules, each with its url and hash.
pub(super) fn encode(code: &[(String, u64, Arc<[u8]>)]) -> serde_json::Result<Vec<u8>> {
    let modules = code.iter().map(|(url, hash, code)| Part { url: url.as_str().into(), hash: *hash, bytes: code.len() }).collect();
    let mut bytes = serde_json::to_vec(&CodeHead { format: FORMAT, modules })?;
    bytes.push(b'\n');
    code.iter().for_each(|(_, _, code)| bytes.extend_from_slice(code));
    Ok(bytes)
}

/// The compiled code, if `encode` could have written the bytes.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<(String, u64, Vec<u8>)>> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (head, mut rest) = bytes.split_at_checked(end)?;
    rest = rest.get(1..)?;
    let head: CodeHead<'_> = serde_json::from_slice(head).ok()?;
    if head.format != FORMAT {
        return None;
    }
    let mut code = Vec::with_capacity(head.modules.len());
    for part in head.modules {
        let (own, others) = rest.split_at_checked(part.bytes)?;
        code.push((part.url.into_owned(), part.hash, own.to_vec()));
        rest = others;
    }
    rest.is_empty().then_some(code)
}
