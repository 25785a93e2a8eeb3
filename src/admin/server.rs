//! The admin address in service: a runtime of its own, from the first connection to the end of the process. One thread accepts connections, two
//! answer requests: while one makes a long response, the other answers probes.
//!
//! Started by `app` on sockets that are bound already. A hand-over to another engine ends it; a shutdown does not, so that probes see that the host
//! drains.
//!
//! Invariant: the threads have nothing else to do, and every request takes the one router of this file.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::auth::Authenticator;
use super::connection_places::AdminPlaces;
use super::error::ApiError;
use super::listener::{AdminListener, AdminPeer};
use super::metrics::{MetricsService, sampler};
use super::state::AdminState;
use super::{api, health, ui};
use crate::config::IngressConfig;
use crate::ingress::wire::Rejection;
use crate::process::sockets::Listening;
use crate::shutdown::{Drained, ShutdownPhase};
use crate::telemetry::metrics::HOST;
use crate::telemetry::metrics::labels::RuntimeKind;

/// Threads that answer requests.
const WORKERS: usize = 2;

/// Serves on threads of its own until the process ends, or until another engine has taken over.
///
/// # Errors
/// If a thread or the runtime cannot be created.
pub fn start(listening: Listening, state: AdminState, (config, metrics): (&IngressConfig, Arc<MetricsService>)) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(4)
        .thread_name("skep admin")
        .enable_all()
        .build()?;
    HOST.runtime(RuntimeKind::Admin, runtime.handle().clone());
    sampler::start(state.clone(), metrics.clone())?;
    let config = config.clone();
    let drained = state.drained.clone();
    let places = AdminPlaces::default();
    let authenticator = Authenticator::new(state.tokens.clone(), listening.address, config.trust_proxy);
    let revoked = authenticator.clone().close_revoked(places.clone());
    let probes = Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz)).with_state(drained.clone());
    let router = probes.merge(ui::router(authenticator.clone())).merge(api::router(state, authenticator, metrics)).fallback(unknown);
    std::thread::Builder::new().name("skep admin".to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::spawn(revoked);
            let sockets = listening.sockets.into_iter();
            let sockets = sockets.map(|socket| serve(socket, &config, places.clone(), router.clone(), drained.clone()));
            for served in futures::future::join_all(sockets).await {
                if let Err(error) = served {
                    tracing::error!(%error, "the admin listener ended");
                }
            }
        });
    })?;
    Ok(())
}

async fn serve(
    socket: std::net::TcpListener,
    config: &IngressConfig,
    places: AdminPlaces,
    router: Router,
    drained: Drained,
) -> io::Result<()> {
    let listener = AdminListener::new(tokio::net::TcpListener::from_std(socket)?, config, places);
    // A hand-over waits for the responses that are under way here. A shutdown does not: these threads answer until the process ends.
    let mut stopping = drained.clone();
    let answering = drained.in_flight();
    let served = axum::serve(listener, router.into_make_service_with_connect_info::<AdminPeer>())
        .with_graceful_shutdown(handed_over(drained))
        .into_future();
    let let_go = async move {
        stopping.reached(ShutdownPhase::Stopping).await;
        drop(answering);
        std::future::pending().await
    };
    tokio::select! {
        served = served => served,
        () = let_go => Ok(()),
    }
}

/// Ends when another process answers here. It does not end at a shutdown, which probes have to see.
async fn handed_over(mut drained: Drained) {
    drained.reached(ShutdownPhase::HandingOver).await;
    if drained.phase() == ShutdownPhase::Stopping {
        std::future::pending().await
    }
}

/// Requests without a route, and those that `ingress::wire` has rejected.
async fn unknown(request: Request) -> Response {
    match Rejection::of(&request.into_parts().0) {
        Some(rejection) => (StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::BAD_REQUEST), rejection.text()).into_response(),
        None => ApiError::not_found("there is nothing here; /api/v1/openapi.json lists the operations").into_response(),
    }
}
