//! The operator's side: its own listener, thread and runtime, so that it answers while every function is busy.
//!
//! Probes and `/api/v1` (`api`), behind a door (`auth`). Reads `live`, orders releases of `release`; asked by probes, people and `skep`'s own commands.
//!
//! Invariant: nothing here waits for a function.

mod api;
mod auth;
mod error;
mod extract;
mod health;
mod idempotency;
mod listener;
pub mod tokens;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use self::api::Admin;
pub use self::api::document;
use self::auth::Doorkeeper;
use self::error::ApiError;
use self::listener::{Peer, Places};
use crate::config::IngressConfig;
use crate::ingress::wire::Rejection;
use crate::invoke::Invoker;
use crate::live::Live;
use crate::process::engine::{Control, Standing};
use crate::process::sockets::Listening;
use crate::release::Deployments;
use crate::runtime::fleet::Fleet;
use crate::shutdown::{Drained, Phase};
use tokens::Tokens;

/// What the admin side operates.
pub struct Operated {
    /// The table.
    pub live: Arc<Live>,
    /// Calls the functions of the table.
    pub invoker: Arc<Invoker>,
    /// Instances and blank isolates.
    pub fleet: Arc<Fleet>,
    /// What was deployed; none in dev.
    pub deployments: Option<Arc<Deployments>>,
    /// Who may.
    pub tokens: Tokens,
    /// The way down.
    pub drained: Drained,
    /// Which engine this is.
    pub standing: Arc<Standing>,
    /// The line to the supervisor.
    pub control: Control,
}

/// Serves on a thread of its own until the process ends, or until a fresh engine does.
///
/// # Errors
/// If the system gives no thread or runtime.
pub fn start(listening: Listening, operated: Operated, config: &IngressConfig) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(4).build()?;
    let config = config.clone();
    let Operated { live, invoker, fleet, deployments, tokens, drained, standing, control } = operated;
    let door = Doorkeeper::new(tokens, listening.address);
    let router = router(Admin { live, invoker, fleet, deployments, drained: drained.clone(), standing, control, door });
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
    let served = axum::serve(listener, router.into_make_service_with_connect_info::<Peer>())
        .with_graceful_shutdown(handed_over(drained))
        .into_future();
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
    let probes =
        Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz)).with_state(admin.drained.clone());
    probes.merge(api::router(admin)).fallback(unknown)
}

/// What has no route, and what the gate has refused.
async fn unknown(request: Request) -> Response {
    match Rejection::of(&request.into_parts().0) {
        Some(refusal) => (StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST), refusal.text()).into_response(),
        None => ApiError::not_found("there is nothing here; /api/v1/openapi.json says what there is").into_response(),
    }
}
