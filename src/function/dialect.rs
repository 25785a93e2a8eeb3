//! Dialects: the shapes a handler may have, and the addresses that callers of each convention use.
//!
//! A manifest names the dialect, or `js-prelude/dialects` finds it when the module loads and names it; the route table gives every function
//! the built-in addresses.
//!
//! Invariant: a dialect that the prelude names stands in the list here.

use std::fmt;

use super::message::CallShape;

macro_rules! dialects {
    ($($(#[$doc:meta])* $variant:ident, $label:literal;)*) => {
        /// The shape of a handler.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Dialect { $($(#[$doc])* $variant),* }

        impl Dialect {
            /// Every dialect, in the order of their names.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name, as in `function.toml` and in `js-prelude/dialects/index.js`.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),* }
            }
        }
    };
}

dialects! {
    /// `app.http(name, { handler })` of Azure Functions.
    Azure, "azure";
    /// `Deno.serve(handler)`.
    Deno, "deno";
    /// `onRequest` and `onCall` of Firebase.
    Firebase, "firebase";
    /// `module.exports = async (context) => ({ status, body })`.
    Fission, "fission";
    /// `functions.http(name, (req, res) => …)` of Google Cloud Functions.
    Gcf, "gcf";
    /// `module.exports.name = (event, context) => …` of kubeless.
    Kubeless, "kubeless";
    /// `exports.handler = async (event, context) => …` of AWS Lambda.
    Lambda, "lambda";
    /// Netlify's two shapes.
    Netlify, "netlify";
    /// An application of Node that is exported, a server of `node:http` that listens, or `(req, res) => …`.
    Node, "node";
    /// `module.exports = async (event, context) => …` of OpenFaaS.
    Openfaas, "openfaas";
    /// `Parse.Cloud.define(name, handler)`.
    Parse, "parse";
    /// `export default (request, ctx) => …`.
    Plain, "plain";
    /// Exports named by method, or Vercel's `(req, res)`.
    Vercel, "vercel";
    /// `export default { fetch(request, env, ctx) }`.
    Workers, "workers";
}

impl Dialect {
    /// Whether code of this dialect names addresses of its own.
    pub fn claims_routes(self) -> bool {
        matches!(self, Self::Azure | Self::Netlify)
    }

    /// The dialect of this name.
    pub fn of_label(label: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|dialect| dialect.label() == label)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The path segments that may stand before a function's name, and the convention of callers who use them. The function does not see them; its
/// name it sees only behind some.
pub const PREFIXES: &[(&[&str], CallShape)] = &[
    (&[], CallShape::Http),
    // Supabase's clients: the same call below a prefix. Its functions route by paths that begin with their name.
    (&["functions", "v1"], CallShape::Http),
    // OpenFaaS' gateway, and Netlify.
    (&["function"], CallShape::Http),
    (&[".netlify", "functions"], CallShape::Http),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prelude_names_every_dialect_and_no_other() {
        let index = include_str!("../../js-prelude/dialects/index.js");
        let list = index.split("const NAMES = [").nth(1).and_then(|rest| rest.split(']').next()).unwrap();
        let named: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        let known: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.label()).collect();
        assert_eq!(named, known);
        assert!(Dialect::ALL.iter().all(|dialect| Dialect::of_label(dialect.label()) == Some(*dialect)));
    }
}
