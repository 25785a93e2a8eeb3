//! An HTTP/2 client with prior knowledge: no upgrade, no TLS, the preface at once.
//!
//! All requests of a call go over one connection at the same time; answers come back in the order of the requests.
//!
//! Invariant: a call that takes as long as a hang fails the test.

use std::net::SocketAddr;

use bytes::Bytes;
use h2::client::SendRequest;
use tokio::net::TcpStream;

use super::{HANG, Request, Response};

/// A connection that is used for one request after the other, as long as the server allows it.
pub struct Kept {
    runtime: tokio::runtime::Runtime,
    address: SocketAddr,
    send: SendRequest<Bytes>,
}

impl Kept {
    /// Connects, or fails the test.
    pub fn connect(address: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let send = runtime.block_on(async {
            let stream = TcpStream::connect(address).await.expect("connected");
            let (send, connection) = h2::client::handshake(stream).await.expect("an HTTP/2 handshake");
            tokio::spawn(connection);
            send
        });
        Self { runtime, address, send }
    }

    /// Sends one request. `None` if the server sent GOAWAY before it took the request: either this end knew already, or the GOAWAY names
    /// the last request that was taken, and it is an earlier one. Clients send such a request again by themselves (RFC 9113 §6.8).
    pub fn exchange(&mut self, request: &Request) -> Option<Result<Response, h2::Error>> {
        let (send, address) = (self.send.clone(), self.address);
        self.runtime.block_on(async {
            let exchanged = async {
                let send = send.ready().await.ok()?;
                let answer = exchange_one(send, address, request.clone()).await;
                let not_taken = |error: &h2::Error| error.is_go_away() && error.is_remote() && error.reason() == Some(h2::Reason::NO_ERROR);
                (!answer.as_ref().is_err_and(not_taken)).then_some(answer)
            };
            tokio::time::timeout(HANG, exchanged).await.expect("HTTP/2 answers in time")
        })
    }
}

/// Sends every request over one connection, all in flight together.
pub fn exchange(address: SocketAddr, requests: &[Request]) -> Vec<Response> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { tokio::time::timeout(HANG, exchange_all(address, requests)).await.expect("HTTP/2 answers in time") })
}

async fn exchange_all(address: SocketAddr, requests: &[Request]) -> Vec<Response> {
    let stream = TcpStream::connect(address).await.expect("connected");
    let (send, connection) = h2::client::handshake(stream).await.expect("an HTTP/2 handshake");
    let connection = tokio::spawn(connection);

    let mut streams = Vec::new();
    for request in requests {
        let send = send.clone().ready().await.expect("room for a stream");
        streams.push(tokio::spawn(exchange_one(send, address, request.clone())));
    }
    let mut responses = Vec::new();
    for stream in streams {
        let response = stream.await.expect("no panic");
        responses.push(response.unwrap_or_else(|error| panic!("HTTP/2: {error}")));
    }
    connection.abort();
    responses
}

async fn exchange_one(mut send: SendRequest<Bytes>, address: SocketAddr, request: Request) -> Result<Response, h2::Error> {
    let mut head = http::Request::builder().method(request.method.as_str()).uri(format!("http://{address}{}", request.path));
    for (name, value) in &request.headers {
        head = head.header(name, value);
    }
    let ends_here = request.body.is_none();
    let (answer, mut body) = send.send_request(head.body(()).expect("a request"), ends_here)?;
    if let Some(bytes) = request.body {
        body.send_data(bytes.into(), true)?;
    }

    let (head, mut body) = answer.await?.into_parts();
    let mut bytes = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        bytes.extend_from_slice(&piece);
        body.flow_control().release_capacity(piece.len())?;
    }
    let headers =
        head.headers.iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect();
    Ok(Response { status: head.status.as_u16(), headers, body: bytes })
}
