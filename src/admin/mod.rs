//! The operator's side: its own listener, thread and runtime, so that it answers while every function is busy.
//!
//! Reads `live`; asked by probes, people and `skep`'s own commands.
//!
//! Invariant: nothing here waits for a function.

mod functions;
mod health;
mod host;
mod listener;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::get;

use self::listener::Places;
use crate::config::IngressConfig;
use crate::ingress::wire::Refusal;
use crate::live::Live;
use crate::runtime::pool::Blanks;
use crate::shutdown::{Drained, Phase};
use crate::supervisor::engine::Standing;
use crate::supervisor::sockets::Listening;

/// What the handlers share.
#[derive(Clone)]
pub struct Admin {
    live: Arc<Live>,
    blanks: Arc<Blanks>,
    drained: Drained,
    standing: Arc<Standing>,
}

/// Serves on a thread of its own until the process ends, or until a fresh engine does.
///
/// # Errors
/// If the system gives no thread or runtime.
pub fn start(
    listening: Listening,
    live: Arc<Live>,
    blanks: Arc<Blanks>,
    drained: Drained,
    standing: Arc<Standing>,
    config: &IngressConfig,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let config = config.clone();
    let router = router(Admin { live, blanks, drained: drained.clone(), standing });
    std::thread::Builder::new().name("skep admin".to_owned()).spawn(move || {
        runtime.block_on(async {
            let sockets = listening.sockets.into_iter().map(|socket| serve(socket, &config, router.clone(), drained.clone()));
            for served in futures::future::join_all(sockets).await {
                if let Err(error) = served {
                    tracing::error!(%error, "the admin listener ended");
                }
            }
        });
    })?;
    Ok(())
}

async fn serve(socket: std::net::TcpListener, config: &IngressConfig, router: Router, drained: Drained) -> io::Result<()> {
    let listener = Places::new(tokio::net::TcpListener::from_std(socket)?, config);
    // A hand-over waits for the answers that are under way here; a shutdown does not, because this goes on to the end.
    let mut stopping = drained.clone();
    let answering = drained.in_flight();
    let served = axum::serve(listener, router).with_graceful_shutdown(handed_over(drained)).into_future();
    let let_go = async move {
        stopping.reached(Phase::Stopping).await;
        drop(answering);
        std::future::pending().await
    };
    tokio::select! {
        served = served => served,
        () = let_go => Ok(()),
    }
}

/// Ends when another process answers here. A shutdown does not: probes have to hear of it.
async fn handed_over(mut drained: Drained) {
    drained.reached(Phase::HandingOver).await;
    if drained.phase() == Phase::Stopping {
        std::future::pending().await
    }
}

fn router(admin: Admin) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/api/v1/functions", get(functions::list))
        .route("/api/v1/host", get(host::show))
        .fallback(unknown)
        .with_state(admin)
}

/// What has no route, and what the gate has refused.
async fn unknown(request: Request) -> (StatusCode, &'static str) {
    match Refusal::of(&request.into_parts().0) {
        Some(refusal) => (StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST), refusal.text()),
        None => (StatusCode::NOT_FOUND, ""),
    }
}
