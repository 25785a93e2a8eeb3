//! Faults: the one closed list of ways in which a call fails.
//!
//! A fault is built where the fact is known (pool, worker, ingress) and becomes a response in `invoke::answer`, or in a dialect's own
//! shape.
//!
//! Invariant: each kind's label, status, blame and retry rule stand in this file alone.

use std::fmt;
use std::sync::Arc;

/// The party that has to act for the fault to go away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The request is wrong.
    Client,
    /// The function's code or manifest is wrong.
    Function,
    /// The host rejected the call or failed.
    Host,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident, $label:literal, $status:literal, $blame:ident, retry: $retry:literal;)*) => {
        /// A named way in which a call fails (design §2.5).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $variant),* }

        impl Kind {
            /// Every kind, in the order of the table.
            pub const ALL: &[Kind] = &[$(Kind::$variant),*];

            /// The name in answers, metrics and logs.
            pub fn label(self) -> &'static str {
                match self { $(Kind::$variant => $label),* }
            }

            /// The HTTP status of its answer, 400 to 599.
            pub fn status(self) -> u16 {
                match self { $(Kind::$variant => $status),* }
            }

            /// The party that has to act.
            pub fn blame(self) -> Blame {
                match self { $(Kind::$variant => Blame::$blame),* }
            }

            /// Whether sending the same request again is safe: it never reached the function's code, or had no effect there.
            pub fn retry_is_safe(self) -> bool {
                match self { $(Kind::$variant => $retry),* }
            }
        }
    };
}

kinds! {
    /// No function or route answers this address.
    NoSuchFunction, "no_such_function", 404, Client, retry: true;
    /// The route exists, for other methods.
    MethodNotAllowed, "method_not_allowed", 405, Client, retry: true;
    /// The request body is larger than the function's `body_mb`.
    BodyTooLarge, "body_too_large", 413, Client, retry: false;
    /// The body of the request is not what its content type says.
    MalformedBody, "malformed_body", 400, Client, retry: false;
    /// The request head is larger than the host allows.
    HeadersTooLarge, "headers_too_large", 431, Client, retry: true;
    /// Every instance is full, and the queue too.
    Overloaded, "overloaded", 503, Host, retry: true;
    /// The function does not load.
    BootFailed, "boot_failed", 503, Function, retry: true;
    /// The host is shutting down.
    Draining, "draining", 503, Host, retry: true;
    /// The function took an engine down before and is rejected until its next version.
    Quarantined, "quarantined", 503, Function, retry: true;
    /// The handler threw or its promise was rejected.
    Threw, "threw", 500, Function, retry: false;
    /// The handler returned something that is neither a Response nor JSON-able.
    BadResponse, "bad_response", 502, Function, retry: false;
    /// Heap and ArrayBuffers passed `memory_mb`.
    MemoryLimit, "memory_limit", 507, Function, retry: false;
    /// The request used more CPU time than `cpu_ms`.
    CpuLimit, "cpu_limit", 504, Function, retry: false;
    /// The request took longer than `wall_ms`.
    WallLimit, "wall_limit", 504, Function, retry: false;
    /// The handler waits for a promise that nothing can settle.
    NeverSettles, "never_settles", 500, Function, retry: false;
    /// The instance died of another request before this one was answered.
    InstanceLost, "instance_lost", 503, Host, retry: true;
    /// The function calls itself, directly or through others, beyond the hop limit.
    LoopDetected, "loop_detected", 508, Function, retry: false;
    /// V8 gave the isolate up.
    Crashed, "crashed", 500, Function, retry: false;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// One failed call: the kind of fault, the text for the client, and the text that only the operator sees.
#[derive(Clone, Debug)]
pub struct Fault(Box<Facts>);

/// The contents of a [`Fault`].
#[derive(Clone, Debug)]
pub struct Facts {
    /// The kind, of the closed list.
    pub kind: Kind,
    /// Safe text for the client: no stack, no path, no name of another tenant.
    pub message: String,
    /// Full text for the log and, in dev, for the answer: stack or diagnostic.
    pub detail: Option<Arc<str>>,
    /// The limit that was passed, with its unit, e.g. `128 MB`.
    pub limit: Option<String>,
    /// The amount that was used when it was passed, in the same unit.
    pub used: Option<String>,
    /// Seconds after which a retry makes sense.
    pub retry_after_s: Option<u32>,
    /// The status of the answer, where a dialect has another than the kind.
    pub status: Option<u16>,
    /// Methods the route allows, for `method_not_allowed`.
    pub allow: Option<String>,
}

impl Fault {
    /// A fault with a safe message and nothing else.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Facts {
            kind,
            message: message.into(),
            detail: None,
            limit: None,
            used: None,
            retry_after_s: None,
            status: None,
            allow: None,
        }))
    }

    /// Adds the text that only the operator and, in dev, the developer may see.
    pub fn with_detail(mut self, detail: impl Into<Arc<str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds the limit that was passed and the amount that was used.
    pub fn with_limit(mut self, limit: impl Into<String>, used: impl Into<String>) -> Self {
        self.0.limit = Some(limit.into());
        self.0.used = Some(used.into());
        self
    }

    /// Adds the time after which a retry makes sense.
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// The status of its answer, 400 to 599.
    pub fn status(&self) -> u16 {
        self.0.status.unwrap_or(self.0.kind.status())
    }

    /// Sets the status of the answer, 400 to 599, where clients of a dialect expect another one than that of the kind.
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds the allowed methods.
    pub fn with_allow(mut self, methods: impl Into<String>) -> Self {
        self.0.allow = Some(methods.into());
        self
    }

    /// The kind alone.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Everything that is known.
    pub fn facts(&self) -> &Facts {
        &self.0
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind, self.0.message)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_an_error_status() {
        for kind in Kind::ALL {
            assert!((400..600).contains(&kind.status()), "{kind}");
        }
    }
}
