//! Calls a program as its case says: as a good client, or as one that leaves, dawdles or resets.
//!
//! Takes a case and a running host; returns the answers, in the words of `Case::answers`, and the time they took.
//!
//! Invariant: every call ends, at the latest when the patience of its case is over, and then it is a `hang`.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::case::{Case, ClientKind};
use super::host::Host;
use super::neighbours::Stop;
use super::support::{Client, Request};

/// The outcome of one call of a program.
#[derive(Clone, Debug)]
pub struct Answer {
    /// A fault's name, a status, or `cut`, `open`, `gone`, `lost`, `hang`.
    pub label: String,
    pub took: Duration,
    /// The beginning of the body.
    pub body: String,
    /// The mistake in the form of the answer.
    pub malformed: Option<String>,
}

/// Bytes of a body that are kept.
const KEPT: usize = 4096;

/// Runs the whole attack of a case: every copy, as many at once as it says, round after round.
pub fn attack(host: &Host, case: &Case) -> Vec<Answer> {
    let mut answers = Vec::new();
    for _ in 0..case.rounds {
        let calls = case.functions().into_iter().flat_map(|function| std::iter::repeat_n(function, case.requests));
        thread::scope(|scope| {
            let calls: Vec<_> = calls.map(|function| scope.spawn(move || call(host, case, &function))).collect();
            if let Some(signal) = &case.kill {
                kill(host, case, signal);
            }
            for call in calls {
                answers.push(call.join().unwrap_or_else(|_| Answer::labelled("a malformed answer", Duration::ZERO)));
            }
        });
    }
    answers
}

impl Answer {
    fn labelled(label: &str, took: Duration) -> Self {
        Self { label: label.to_owned(), took, body: String::new(), malformed: None }
    }
}

/// Makes the ordinary call that must work afterwards; the error says why it did not.
pub fn call_ordinarily(host: &Host, function: &str) -> Result<(), String> {
    let request = Request::get(&format!("/{function}/ok"));
    let answer = Client::try_connect(host.skep.listen).and_then(|mut client| client.try_exchange(&request));
    match answer {
        Ok(answer) if answer.status == 200 && answer.body == b"ok" => Ok(()),
        Ok(answer) => Err(answer.fault().map_or_else(|| answer.to_string(), str::to_owned)),
        Err(error) => Err(error.to_string()),
    }
}

fn request(host: &Host, case: &Case, function: &str) -> Request {
    let upstream = host.peers.get(&case.name).map(|peer| peer.address.to_string()).unwrap_or_default();
    let path = case.path.replace("{listen}", &host.skep.listen.to_string()).replace("{admin}", &host.skep.admin.to_string());
    let request = Request::new(&case.method, &format!("/{function}{}", path.replace("{upstream}", &upstream)));
    if case.body.is_empty() && case.body_size == 0 { request } else { request.body(body(case)) }
}

fn body(case: &Case) -> Vec<u8> {
    let piece = if case.body.is_empty() { "e" } else { case.body.as_str() };
    piece.bytes().cycle().take(case.body_size.max(case.body.len())).collect()
}

fn call(host: &Host, case: &Case, function: &str) -> Answer {
    let begun = Instant::now();
    match attempt(host, case, function) {
        Ok(answer) => Answer { took: begun.elapsed(), ..answer },
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Answer::labelled("hang", begun.elapsed()),
        Err(error) => Answer { body: error.to_string(), ..Answer::labelled("lost", begun.elapsed()) },
    }
}

fn attempt(host: &Host, case: &Case, function: &str) -> io::Result<Answer> {
    let address = host.skep.listen;
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(case.patience_s)))?;
    let request = request(host, case, function);
    match case.client {
        ClientKind::Upload | ClientKind::UploadStalls | ClientKind::UploadReset => upload(case, &stream, address, &request),
        ClientKind::Reset | ClientKind::Leave => {
            let mut client = Client::over(stream, address);
            client.send(&request);
            wait_until_called(host, function);
            if case.client == ClientKind::Reset {
                reset_on_close(client.stream())?;
            }
            Ok(Answer::labelled("gone", Duration::ZERO))
        }
        ClientKind::Plain | ClientKind::LeaveInBody | ClientKind::SlowReader => {
            let mut client = Client::over(stream, address);
            client.send(&request);
            read(case, &mut client, function)
        }
    }
}

/// Reads an answer as patiently as the case says.
fn read(case: &Case, client: &mut Client, function: &str) -> io::Result<Answer> {
    let deadline = Instant::now() + Duration::from_secs(case.patience_s);
    let head = client.try_read_head(&case.method)?;
    let fault = head.header("x-skep-fault").map(str::to_owned);
    let mut answer = Answer::labelled(fault.as_deref().unwrap_or(&head.status.to_string()), Duration::ZERO);
    let (mut body, mut length) = (Vec::new(), 0);
    let slowly = Stop::default();
    loop {
        let piece = match client.try_read_piece() {
            Ok(Some(piece)) => piece,
            Ok(None) => break,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                answer.label = "open".to_owned();
                break;
            }
            Err(_) => {
                answer.label = "cut".to_owned();
                break;
            }
        };
        length += piece.len();
        if body.len() < KEPT {
            body.extend(piece);
        }
        if case.client == ClientKind::LeaveInBody && length >= 64 * 1024 {
            reset_on_close(client.stream())?;
            answer.label = "gone".to_owned();
            break;
        }
        if case.client == ClientKind::SlowReader {
            slowly.until(Instant::now() + Duration::from_millis(10));
        }
        if Instant::now() > deadline {
            answer.label = if case.client == ClientKind::SlowReader { "gone" } else { "open" }.to_owned();
            break;
        }
    }
    body.truncate(KEPT);
    answer.body = String::from_utf8_lossy(&body).into_owned();
    if let Some(kind) = fault {
        answer.malformed = malformed(&kind, function, &answer.body);
    }
    Ok(answer)
}

/// A fault's body must say the same as its header, about this function; one of a Parse application has the shape that its clients read.
fn malformed(kind: &str, function: &str, body: &str) -> Option<String> {
    let told: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let is_of_parse = told["fault"] == kind && told["code"].is_i64() && told["request_id"].is_string();
    let error = &told["error"];
    let right = error["kind"] == kind && error["function"] == function && error["request_id"].is_string() && error["trace_id"].is_string();
    (!right && !is_of_parse).then(|| format!("the fault's body does not fit {kind} of {function}: {body}"))
}

/// Sends a large body while it reads; the answer may come before the body has gone.
fn upload(case: &Case, stream: &TcpStream, address: SocketAddr, request: &Request) -> io::Result<Answer> {
    let whole = case.body_size;
    let sent = if case.client == ClientKind::Upload { whole } else { whole / 2 };
    let mut writing = stream.try_clone()?;
    write!(writing, "{} {} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {whole}\r\n\r\n", request.method, request.path)?;
    thread::scope(|scope| {
        // A server that has answered may close: a write that fails after that is not an error.
        let body = scope.spawn(move || io::copy(&mut io::repeat(b'u').take(sent as u64), &mut writing).is_ok());
        if case.client == ClientKind::UploadReset {
            drop(body.join());
            reset_on_close(stream)?;
            return Ok(Answer::labelled("gone", Duration::ZERO));
        }
        let mut client = Client::over(stream.try_clone()?, address);
        let function = request.path.trim_start_matches('/').split('/').next().unwrap_or("");
        let answer = read(case, &mut client, function);
        // Ends the writer if the server left it hanging.
        drop(stream.shutdown(std::net::Shutdown::Both));
        answer
    })
}

fn reset_on_close(stream: &TcpStream) -> io::Result<()> {
    SockRef::from(stream).set_linger(Some(Duration::ZERO))
}

/// Waits until the admin API reports a call of the function, or until it has had time for one.
fn wait_until_called(host: &Host, function: &str) {
    let deadline = Instant::now() + Duration::from_secs(5);
    let functions = [function.to_owned()];
    while Instant::now() < deadline && host.busy(&functions).is_some_and(|busy| busy.calls == 0) {
        host.pause();
    }
}

/// Ends the engine while the program runs in it.
#[allow(unsafe_code, reason = "std cannot signal a process that is not a child")]
fn kill(host: &Host, case: &Case, signal: &str) {
    for function in case.functions() {
        wait_until_called(host, &function);
    }
    let signal = match signal {
        "SEGV" => libc::SIGSEGV,
        "ABRT" => libc::SIGABRT,
        "KILL" => libc::SIGKILL,
        other => panic!("no signal {other:?}"),
    };
    let engine = host.engines().last().copied().and_then(|pid| i32::try_from(pid).ok()).expect("an engine");
    // SAFETY: two integers; the process was asked for its id a moment ago and belongs to this trial.
    let sent = unsafe { libc::kill(engine, signal) };
    assert_eq!(sent, 0, "signal {signal} to the engine");
}
