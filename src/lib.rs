//! Skep: a single-binary, in-process, multi-tenant function host.
//!
//! Two flows meet in one place. A request: listener → router → dispatch → *live* → pool → worker thread → isolate → answer.
//! A release: folder → source → compile → version → check → publish → *live*.
//!
//! Invariant: dependencies point one way, `app → admin, ingress, release → live → runtime → function`; `tests/it/tidy.rs` holds it.

pub mod config;
pub mod command;
pub mod fault;
pub mod function;
pub mod live;
pub mod runtime;
pub fn smoke() {
    use std::sync::Arc;
    use runtime::*;
    isolate::init_engine();
    struct H;
    impl ops::Host for H {
        fn console(&self, line: ops::ConsoleLine<'_>) { println!("console: {}", line.text); }
        fn call(&self, _: &str, _: function::Request) -> futures::future::BoxFuture<'static, function::Response> { todo!() }
    }
    for _ in 0..20 {
    std::thread::spawn(|| {
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        rt.block_on(async {
            let t = std::time::Instant::now();
            let _i = isolate::Isolate::blank(Arc::new(H), Default::default(), 32 << 20).unwrap();
            println!("{:?} {}", t.elapsed(), std::fs::read_to_string("/proc/self/statm").unwrap());
        });
    }).join().unwrap();
    }
}
