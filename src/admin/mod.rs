//! The operator's side: its own listener, thread and runtime, so that it answers while every function is busy.
//!
//! Reads `live`; asked by probes, people and `skep`'s own commands.
//!
//! Invariant: nothing here waits for a function.

mod functions;
mod health;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::live::Live;
use crate::shutdown::Drained;

/// What the handlers share.
#[derive(Clone)]
pub struct Admin {
    live: Arc<Live>,
    drained: Drained,
}

/// A bound admin address.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// Binds the admin address. Port 0 takes a free one.
    ///
    /// # Errors
    /// What the system says.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The address, with the port the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves on a thread of its own until the process ends.
    ///
    /// # Errors
    /// If the system gives no thread or runtime.
    pub fn start(self, live: Arc<Live>, drained: Drained) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let router = router(Admin { live, drained });
        std::thread::Builder::new().name("skep admin".to_owned()).spawn(move || {
            runtime.block_on(async {
                let served = match tokio::net::TcpListener::from_std(self.listener) {
                    Ok(listener) => axum::serve(listener, router).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = served {
                    tracing::error!(%error, "the admin listener ended");
                }
            });
        })?;
        Ok(())
    }
}

fn router(admin: Admin) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/api/v1/functions", get(functions::list))
        .with_state(admin)
}
