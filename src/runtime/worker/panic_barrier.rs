//! Panics of the host's own code below a function: the call to blame, and a line in the log.
//!
//! `ops::catch_panic` notes them on the worker's thread; `turn` asks here after every turn, `boot` and `event_loop` after their own steps.
//!
//! Invariant: an instance in which the host's own code panicked ends with that turn; no half-done work is continued.

use super::handle::Handle;
use crate::runtime::ops::{catch_panic, take_panic};

/// The call whose host code panicked on this thread; 0 if the call is not known.
pub(super) fn caught(handle: &Handle) -> Option<u32> {
    let panicked = take_panic()?;
    let identity = handle.assigned.get().map(|(identity, _)| identity);
    let (function, version) = identity.map_or(("", ""), |identity| (&identity.function, &identity.version));
    tracing::error!(
        function,
        version,
        instance = handle.id,
        call = panicked.call,
        place = panicked.place,
        panic = panicked.message,
        "the host's own code failed below a function; the instance ends"
    );
    Some(panicked.call)
}

/// Runs work that may panic above V8, where a panic would end only this thread.
pub(super) fn run<T>(place: &'static str, work: impl FnOnce() -> T) -> Option<T> {
    catch_panic(place, 0, work).ok()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::Duration;

    use futures::FutureExt as _;
    use futures::future::BoxFuture;
    use http::Method;
    use http::uri::PathAndQuery;

    use crate::fault::Kind;
    use crate::function::Headers;
    use crate::function::message::{Body, CallShape, Request, Response};
    use crate::function::trace::TraceContext;
    use crate::release::compile::compile;
    use crate::release::source::discover;
    use crate::runtime::fleet::{self, FleetConfig};
    use crate::runtime::isolate::init_v8;
    use crate::runtime::ops::{ConsoleLine, HostApi, Identity};
    use crate::runtime::pool::Pool;

    /// A host whose log is broken.
    struct NoLog;

    impl HostApi for NoLog {
        fn console(&self, _: ConsoleLine<'_>) {
            panic!("on purpose");
        }

        fn refused(&self, _: Option<&Identity>, _: &str) {}

        fn listens_on(&self) -> Vec<SocketAddr> {
            Vec::new()
        }

        fn call(&self, _: &str, _: Request, _: Body) -> BoxFuture<'static, Response> {
            std::future::pending().boxed()
        }
    }

    const SOURCE: &str = "const made = [];\n\
        export default async (request) => {\n\
          made.push(0);\n\
          await null;\n\
          if (request.url.endsWith('/log')) console.log('x');\n\
          return String(made.length);\n\
        };\n";

    fn request(path: &'static str) -> Arc<Request> {
        Arc::new(Request {
            method: Method::GET,
            scheme: "http",
            authority: None,
            path_and_query: PathAndQuery::from_static(path),
            strip: 0,
            pattern: None,
            headers: Headers::default(),
            trust_forwarded: false,
            trace: TraceContext { trace_id: 1, span_id: 1, parent_id: 0, flags: 0 },
            request_id: "".into(),
            remote: None,
            hops: 0,
            caller: None,
            shape: CallShape::Http,
            occurrence: None,
            job: None,
            spans: None,
        })
    }

    /// The one test of this binary that runs JavaScript.
    #[test]
    fn a_panic_below_javascript_ends_the_instance_and_nothing_else() {
        init_v8();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::write(root.join("f.js"), SOURCE).unwrap();
        let source = discover(&root).unwrap().functions.into_iter().next().unwrap();
        let version = Arc::new(compile(&root, &source).outcome.unwrap_or_else(|error| panic!("{}", error.diagnostic())));
        let limit = Duration::from_secs(60);
        let config =
            FleetConfig { warm: 0, max_instances: 4, memory_bytes: 8 << 30, boot_cpu: limit, boot_wall: limit, metrics: Arc::default() };
        let pool = Pool::new(version, fleet::start(config, Arc::new(NoLog)).unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let call = |path| match runtime.block_on(pool.clone().call(request(path), Body::Empty)).reply {
            Ok(Response { body: Body::Full(text), .. }) => Ok(String::from_utf8(text.to_vec()).unwrap()),
            Ok(response) => panic!("{response:?}"),
            Err(fault) => Err(fault.kind()),
        };
        assert_eq!(call("/"), Ok("1".to_owned()));
        assert_eq!(call("/log"), Err(Kind::Crashed));
        assert_eq!(call("/"), Ok("1".to_owned()), "another instance");
        assert_eq!(call("/"), Ok("2".to_owned()), "which continues");
        pool.retire();
    }
}
