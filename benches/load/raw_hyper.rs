//! The yardstick: the cost of a function host that does nothing. hyper's HTTP/1 server, one current-thread runtime
//! per CPU with its own `SO_REUSEPORT` socket. Runs as a child of the bench (`load raw-hyper`), so that it can be pinned and
//! its CPU time read exactly as skep's is.

use std::convert::Infallible;
use std::net::SocketAddr;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;
use tokio::runtime;

use crate::{pin, workload};

/// Serves until it is killed; prints its address on stdout, in skep's own words.
pub fn run() -> Result<()> {
    let first = listener(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = first.local_addr()?.as_socket().context("not an IP address")?;
    // The mask was set before exec, so this is the number of CPUs the server really has.
    let more = (1..pin::allowed()?.len()).map(|_| listener(address)).collect::<Result<Vec<_>>>()?;
    let threads: Vec<_> = more.into_iter().map(|socket| std::thread::spawn(|| serve(socket))).collect();
    println!("listening on http://{address}");
    serve(first)?;
    threads.into_iter().try_for_each(|thread| thread.join().expect("a server thread panicked"))
}

fn listener(address: SocketAddr) -> Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    Ok(socket)
}

fn serve(socket: Socket) -> Result<()> {
    runtime::Builder::new_current_thread().enable_io().build()?.block_on(async move {
        let listener = TcpListener::from_std(socket.into())?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async move {
                // A client that leaves in the middle does not matter to a yardstick.
                let _ = http1::Builder::new().pipeline_flush(true).serve_connection(TokioIo::new(stream), service_fn(answer)).await;
            });
        }
    })
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = match *request.method() {
        Method::POST => request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default(),
        _ => Bytes::from_static(workload::HELLO),
    };
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
