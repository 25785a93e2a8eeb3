//! The page that a browser receives for a fault in dev: the failure, its place, and the code around it.
//!
//! Invariant: every text is escaped; nothing is loaded from elsewhere.

use std::fmt::Write as _;

use crate::fault::Fault;
use crate::invoke::FaultContext;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:60rem;padding:0 1rem;color:#222;background:#fffdf7}\
h1{font-size:1.4rem;margin:0 0 .5rem}code,pre{font-family:ui-monospace,monospace}pre{background:#222;color:#f6f0dd;padding:1rem;\
overflow:auto;border-radius:6px;white-space:pre-wrap}dl{display:grid;grid-template-columns:max-content auto;gap:.1rem 1rem;color:#555}dd{margin:0}\
.kind{color:#b3261e}";

/// The page for a fault.
pub(super) fn fault_page(status: u16, fault: &Fault, context: &FaultContext<'_>) -> String {
    let facts = fault.facts();
    let mut page = String::with_capacity(2048);
    let _ = write!(
        page,
        "<!doctype html><meta charset=utf-8><title>{kind}</title><style>{STYLE}</style>\
         <h1><span class=kind>{status} {kind}</span></h1><p>{message}</p>",
        kind = facts.kind.label(),
        message = Escaped(&facts.message),
    );
    if let Some(detail) = &facts.detail {
        let _ = write!(page, "<pre>{}</pre>", Escaped(detail));
    }
    page.push_str("<dl>");
    let rows = [
        ("function", context.function),
        ("version", context.version),
        ("limit", facts.limit.as_deref()),
        ("used", facts.used.as_deref()),
        ("request", Some(context.request_id)),
        ("trace", Some(context.trace_id)),
    ];
    for (name, value) in rows {
        if let Some(value) = value {
            let _ = write!(page, "<dt>{name}<dd><code>{}</code>", Escaped(value));
        }
    }
    page.push_str("</dl>\n");
    page
}

/// Text that cannot become markup.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_message_stays_text() {
        assert_eq!(Escaped("<b a='1'>&\"").to_string(), "&lt;b a=&#39;1&#39;&gt;&amp;&quot;");
    }
}
