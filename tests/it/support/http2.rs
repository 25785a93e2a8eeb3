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
