//! `ctx.call`: a call that comes from a function instead of a socket.
//!
//! The call comes from an instance through the host. Its faults become the same responses as over HTTP.
//!
//! Invariant: the call is a child of the caller's trace.

use std::sync::Arc;

use super::{Invocation, InvocationOrigin, Invoker, Target};
use crate::function::message::{Body, Request, Response};
use crate::function::trace::random;

impl Invoker {
    /// Calls function `name` and answers as HTTP would.
    pub async fn call_in_process(self: Arc<Self>, name: String, mut request: Request, body: Body) -> Response {
        request.trace = request.trace.child(random());
        let mut invocation = Invocation::of(InvocationOrigin::Function, &request);
        let response = match self.invoke(&mut invocation, Target::Name(&name), request, || body).await {
            Ok(response) => response,
            Err(fault) => {
                let response = self.fault_response(&invocation, &fault);
                invocation.failed(fault);
                response
            }
        };
        invocation.end_with(response)
    }
}
