//! The formats that are read: one file or folder for each platform.
//!
//! `detect` says which one a document is of; each format turns its documents, of all files together, into functions.
//!
//! Invariant: a format reads its platform's objects and knows no other.

mod all;
mod detect;
mod kubeless;
mod openfaas;
mod fission;
mod lambda;
mod netlify;
mod vercel;
mod supabase;
mod kubernetes;
mod leftovers;

pub(super) use all::import;
pub(super) use detect::EXPECTED;
