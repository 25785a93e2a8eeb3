//! From `tracing` to events: messages that the host writes with `tracing::info!` and the like.
//!
//! Installed once, together with the log.
//!
//! Invariant: spans are not kept: requests carry their own trace. Messages of other crates are left out.

use tracing::{Metadata, Subscriber as TracingSubscriber, span};

use super::emit::{emit, is_wanted};
use super::event::{Event, HostMessage};
use super::stream::Stream;
use crate::function::Level;

/// The target of messages about what operators did.
pub const AUDIT: &str = "skep::audit";

/// Makes `tracing` report to this bridge from now on.
pub(super) fn install() {
    // Only this function installs one.
    let _ = tracing::subscriber::set_global_default(Bridge);
}

pub(super) struct Bridge;

impl TracingSubscriber for Bridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && is_wanted(level(metadata)) && metadata.target().starts_with("skep")
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let stream = if event.metadata().target() == AUDIT { Stream::Audit } else { Stream::Host };
        let mut message = HostMessage::new(stream, level(event.metadata()));
        event.record(&mut message);
        emit(&Event::Message(message));
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

fn level(metadata: &Metadata<'_>) -> Level {
    match *metadata.level() {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::INFO => Level::Info,
        tracing::Level::DEBUG => Level::Debug,
        tracing::Level::TRACE => Level::Trace,
    }
}
