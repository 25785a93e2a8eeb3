//! Bytes to request, response to bytes: the HTTP side of calling functions.
//!
//! A request: `accept` → `connection` → `http1` or `http2` → `dispatch` → `invoke`, and back through `respond`.
//!
//! Invariant: here, and in `admin`, is the only place that knows hyper or a status code; a fault has become a response when it leaves.

mod accept;
mod connection;
pub mod http1;
mod http2;
mod dispatch;
mod request;
mod normal_target;
mod respond;
mod body;
mod arriving_body;
mod upload;
mod activity;
pub mod wire;

pub use accept::Ingress;
pub use arriving_body::ArrivingBody;
pub use body::ResponseBody;
pub use dispatch::Dispatch;
pub use request::RequestHead;
pub use respond::HttpAnswer;
