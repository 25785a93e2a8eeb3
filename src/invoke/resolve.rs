//! From the address of a call to the function that answers it.
//!
//! Reads the live table; in dev the table follows the disk first.
//!
//! Invariant: outside dev a client learns no name of a function that it did not name itself.

use std::sync::Arc;

use super::Invoker;
use crate::fault::{Fault, Kind};
use crate::function::KnownHeader;
use crate::function::message::{CallShape, Request};
use crate::live::Endpoint;
use crate::live::table::Resolution;

/// The address of a call.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// Whatever answers the request's host, path and method on this port.
    Route {
        /// The port the client connected to.
        port: u16,
    },
    /// The function of this name.
    Name(&'a str),
    /// The live version of the function of this name, whatever its candidate gets.
    Live(&'a str),
}

/// A function that was found.
pub(super) struct Resolved {
    pub(super) endpoint: Arc<Endpoint>,
    /// Bytes of the path's prefix that the function does not see.
    pub(super) strip: usize,
    /// The path of the manifest's route.
    pub(super) pattern: Option<Arc<str>>,
    /// The convention of the client; `None`: that of the request.
    pub(super) shape: Option<CallShape>,
}

impl Invoker {
    /// Finds the function, or the fault that says why none answers.
    pub(super) async fn resolve(&self, target: Target<'_>, request: &Request) -> Result<Resolved, Fault> {
        match target {
            Target::Route { port } => {
                self.refresh(request.path_and_query.path()).await;
                match self.application(port, request).await {
                    Some(resolved) => Ok(resolved),
                    None => self.route(port, request),
                }
            }
            Target::Name(name) | Target::Live(name) => match self.live.table().get(name) {
                Some(endpoint) => Ok(Resolved { endpoint: endpoint.clone(), strip: 0, pattern: None, shape: None }),
                None => Err(Fault::new(Kind::NoSuchFunction, "there is no function of this name")),
            },
        }
    }

    async fn refresh(&self, path: &str) {
        if let Some(refresher) = self.live.refresher() {
            let (refresher, path) = (refresher.clone(), path.to_owned());
            // A failed refresh leaves the table as it was; the watcher logs the reason.
            let _ = tokio::task::spawn_blocking(move || refresher.refresh(&path)).await;
        }
    }

    /// The function of a Parse application that answers; `None` if the address is no such application's, and the table is asked again: it has
    /// the routes of all code then. A name or a route of another function comes first, and its calls never wait for the names of an
    /// application; a call on a route waits where the table still lacks those that code claims.
    async fn application(&self, port: u16, request: &Request) -> Option<Resolved> {
        let path = request.path_and_query.path();
        let by_route = {
            let applications = self.live.applications();
            if applications.is_complete && applications.mounts.is_empty() {
                return None;
            }
            match self.live.table().resolve(port, host(request), &request.method, path) {
                Resolution::Found(found) if applications.hold(found.function) => Some((found.target.clone(), found.strip)),
                // A route that is not in the table yet may be the narrower one.
                Resolution::Found(found) if found.pattern.is_some() && applications.lacks_routes => None,
                Resolution::MethodNotAllowed { .. } if applications.lacks_routes => None,
                Resolution::Found(_) | Resolution::MethodNotAllowed { .. } => return None,
                Resolution::NotFound => None,
            }
        };
        let applications = self.live.known_applications().await;
        if let Some(answering) = applications.resolve(path) {
            return Some(Resolved { endpoint: answering.endpoint.clone(), strip: 0, pattern: None, shape: Some(CallShape::Parse) });
        }
        // By the name of the folder, or by a route of its own.
        let (endpoint, strip) = by_route?;
        let shape = if applications.hold(&endpoint.name) { CallShape::Parse } else { CallShape::Http };
        Some(Resolved { endpoint, strip, pattern: None, shape: Some(shape) })
    }

    fn route(&self, port: u16, request: &Request) -> Result<Resolved, Fault> {
        let path = request.path_and_query.path();
        let table = self.live.table();
        match table.resolve(port, host(request), &request.method, path) {
            Resolution::Found(found) => {
                let (endpoint, pattern) = (found.target.clone(), found.pattern.cloned());
                Ok(Resolved { endpoint, strip: found.strip, pattern, shape: Some(found.shape) })
            }
            Resolution::MethodNotAllowed { allow } => {
                Err(Fault::new(Kind::MethodNotAllowed, format!("this route takes {allow}")).with_allow(allow))
            }
            Resolution::NotFound => {
                // Names of functions are for the operator, and not for every client.
                let near = if self.is_dev() { table.nearest(path) } else { None };
                let hint = near.map(|name| format!("; did you mean /{name}?")).unwrap_or_default();
                Err(Fault::new(Kind::NoSuchFunction, format!("no function answers this address{hint}")))
            }
        }
    }
}

/// The host that the client named, in the target or in the header.
fn host(request: &Request) -> &str {
    match (&request.authority, request.headers.known_text(KnownHeader::Host)) {
        (Some(authority), _) => authority.as_str(),
        (None, Some(host)) => host,
        (None, None) => "",
    }
}
