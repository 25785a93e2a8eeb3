//! The addresses of one Lambda function, and the event that its handler gets.
//!
//! Invariant: a function gets one kind of event; a second kind is told.

use crate::command::import::draft::{Draft, RouteDraft};
use crate::command::import::paths;
use crate::command::import::settings::{ManifestTable, ManifestValue};

/// The kinds of events that HTTP can be, as `[lambda] event` spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HttpEvent {
    FunctionUrl,
    ApiV1,
    ApiV2,
    Alb,
}

impl HttpEvent {
    fn label(self) -> &'static str {
        match self {
            Self::FunctionUrl => "function-url",
            Self::ApiV1 => "apigw-v1",
            Self::ApiV2 => "apigw-v2",
            Self::Alb => "alb",
        }
    }
}

/// The addresses so far.
#[derive(Debug, Default)]
pub(super) struct Routes {
    event: Option<HttpEvent>,
    others: Vec<HttpEvent>,
    routes: Vec<RouteDraft>,
}

/// One address of API Gateway.
pub(super) struct Address<'a> {
    pub(super) host: Option<&'a str>,
    /// With `{name}` and `{name+}`, with or without a leading slash.
    pub(super) path: &'a str,
    /// `ANY`, `*` and nothing are every method.
    pub(super) method: &'a str,
    pub(super) origin: String,
}

impl Routes {
    pub(super) fn event(&mut self, event: HttpEvent) {
        match self.event {
            None => self.event = Some(event),
            Some(known) if known == event || self.others.contains(&event) => {}
            Some(_) => self.others.push(event),
        }
    }

    /// Adds an address; methods of one path come together.
    ///
    /// # Errors
    /// If the path has a form that no route has.
    pub(super) fn add(&mut self, event: HttpEvent, address: Address<'_>) -> Result<(), String> {
        self.event(event);
        // `*` alone, and at the end of a path of a load balancer, is everything below.
        let path = match address.path.trim().strip_suffix('*') {
            Some(before) => paths::below(&paths::braces(before)?),
            None => paths::braces(address.path.trim())?,
        };
        let host = address.host.map(str::to_owned);
        let method = Some(address.method.to_ascii_uppercase()).filter(|method| !matches!(method.as_str(), "" | "ANY" | "*"));
        let known = self.routes.iter_mut().find(|route| route.path == path && route.host == host);
        match (known, method) {
            (Some(route), Some(method)) if !route.methods.is_empty() => route.methods.push(method),
            (Some(route), _) => route.methods.clear(),
            (None, method) => self.routes.push(RouteDraft { host, path, methods: method.into_iter().collect(), origin: address.origin }),
        }
        Ok(())
    }

    /// Writes them into the function's settings.
    pub(super) fn write(self, draft: &mut Draft) {
        if let Some(event) = self.event {
            draft.settings.set(ManifestTable::Lambda, "event", ManifestValue::Text(event.label().to_owned()), "what its handler gets");
        }
        for other in self.others {
            draft.object.warn(format!("it was called with events of {} too; it gets one kind", other.label()));
        }
        for route in self.routes {
            if let Err(why) = draft.route(&route) {
                draft.object.drop(&route.origin, &why);
            }
        }
    }
}
