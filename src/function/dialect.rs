//! Dialects: the shapes a handler may have, and the addresses that callers of each convention use.
//!
//! `js-prelude/dialects` finds the dialect of a module when it loads and names it; the route table gives every function the built-in
//! addresses.
//!
//! Invariant: a dialect that the prelude names stands in the list here.

use std::fmt;

use super::message::CallShape;

/// The shape of a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `Deno.serve(handler)`.
    Deno,
    /// An application of Node that is exported, or a server of `node:http` that listens.
    Node,
    /// `export default (request, ctx) => …`.
    Plain,
    /// `export default { fetch(request, env, ctx) }`.
    Workers,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 4] = [Self::Deno, Self::Node, Self::Plain, Self::Workers];

    /// Its name, as in `js-prelude/dialects/index.js`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Deno => "deno",
            Self::Node => "node",
            Self::Plain => "plain",
            Self::Workers => "workers",
        }
    }

    /// The dialect of this name.
    pub fn of_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.label() == label)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The path segments that may stand before a function's name, and the convention of callers who use them.
pub const PREFIXES: &[(&[&str], CallShape)] = &[
    (&[], CallShape::Http),
    // Supabase's clients: the same call below a prefix.
    (&["functions", "v1"], CallShape::Http),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prelude_names_every_dialect_and_no_other() {
        let index = include_str!("../../js-prelude/dialects/index.js");
        let mut named: Vec<&str> = index.split("name: \"").skip(1).filter_map(|after| after.split('"').next()).collect();
        named.sort_unstable();
        assert_eq!(named, Dialect::ALL.map(Dialect::label));
        assert!(Dialect::ALL.into_iter().all(|dialect| Dialect::of_label(dialect.label()) == Some(dialect)));
    }
}
