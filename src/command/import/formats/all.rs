//! Gives every document to its format, and the functions before what calls them.
//!
//! Invariant: a document goes to exactly one format, or is an object that says why not.

use super::detect::{PeerPlatform, format_of};
use super::{fission, kubeless, kubernetes, lambda, netlify, openfaas, supabase, vercel};
use crate::command::import::batch::Batch;
use crate::command::import::document::Syntax;
use crate::command::import::source::{Document, Surroundings};

/// Imports documents of one run; each comes with its file's syntax.
pub(in crate::command::import) fn import(documents: Vec<(Syntax, Document)>, surroundings: &Surroundings, batch: &mut Batch) {
    let (mut kubeless, mut fission) = (Vec::new(), Vec::new());
    for (syntax, document) in kubernetes::flattened(documents) {
        match format_of(syntax, &document.node) {
            // A trigger or a package may stand in another file than its function.
            Ok(PeerPlatform::Kubeless) => kubeless.push(document),
            Ok(PeerPlatform::Fission) => fission.push(document),
            Ok(PeerPlatform::OpenFaas) => openfaas::import(&document, surroundings, batch),
            Ok(PeerPlatform::OpenFaasObject) => openfaas::image(&document, batch),
            Ok(PeerPlatform::Serverless) => lambda::serverless(&document, surroundings, batch),
            Ok(PeerPlatform::Sam) => lambda::sam(&document, surroundings, batch),
            Ok(PeerPlatform::Netlify) => netlify::import(&document, surroundings, batch),
            Ok(PeerPlatform::Vercel) => vercel::import(&document, surroundings, batch),
            Ok(PeerPlatform::Supabase) => supabase::import(&document, surroundings, batch),
            Ok(PeerPlatform::Kubernetes) => kubernetes::leave_out(&document, batch),
            Err(why) => {
                let object = document.object(&document.node, "file", &document.file.short);
                batch.failed(object, why);
            }
        }
    }
    kubeless::import(&kubeless, surroundings, batch);
    fission::import(&fission, surroundings, batch);
}
