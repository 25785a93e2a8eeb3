//! The two kinds of functions: those of the web, and those of Node.
//!
//! `graph` compiles every function for the web first, and again for Node if it meets a sign of Node. The answer stands in the version.
//!
//! Invariant: a function without a sign of Node pays nothing for Node.

/// For which platform packages are resolved and files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::release::compile) enum Platform {
    /// Web-standard globals, ECMAScript modules, packages for the web.
    Web,
    /// Node's globals and built-in modules, CommonJS, packages for Node.
    Node,
}

/// By which rule a file of code is a module of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::release::compile) enum SourceRule {
    /// Its name or its package says that it is an ECMAScript module.
    Module,
    /// Its name says that it is a CommonJS module.
    CommonJs,
    /// Its text decides: without `import` and `export`, but with a sign of CommonJS, it is a CommonJS module.
    Text,
    /// Its text decides: without `import` and `export` it is a CommonJS module.
    TextOrCommonJs,
}
