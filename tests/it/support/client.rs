//! A raw HTTP/1.1 client: it writes exactly the bytes that the test gives it and reads answers piece by piece, as they arrive.
//!
//! It also checks framing strictly: an answer with two lengths, a malformed chunk or a stray byte fails the test.
//!
//! Invariant: nothing here retries, pools or follows redirects.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use serde_json::Value;

use super::HANG;

/// A request as data; nothing is added to it but `host` and the framing of its body.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    chunked: bool,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: None, chunked: false }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub fn post(path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::new("POST", path).body(body)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends the body in chunks: more of them may follow.
    pub fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// The head as it goes over the wire.
    fn head(&self, host: SocketAddr) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str(&format!("host: {host}\r\n"));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.chunked {
            head.push_str("transfer-encoding: chunked\r\n");
        } else if let Some(body) = &self.body {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}

/// Status and headers of an answer.
#[derive(Clone, Debug)]
pub struct Head {
    pub status: u16,
    pub headers: Vec<(String, String)>,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// The one value of a header; fails the test if it came more than once.
    pub fn header(&self, name: &str) -> Option<&str> {
        one(&self.headers, name)
    }

    /// Every value of a header, in order.
    pub fn header_all(&self, name: &str) -> Vec<&str> {
        all(&self.headers, name)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap_or_else(|error| panic!("not UTF-8: {error}"))
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON: {error}: {self}"))
    }

    /// The kind in `x-skep-fault`.
    pub fn fault(&self) -> Option<&str> {
        self.header("x-skep-fault")
    }
}

impl std::fmt::Display for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(&self.body))
    }
}

impl Head {
    /// The one value of a header; fails the test if it came more than once.
    pub fn header(&self, name: &str) -> Option<&str> {
        one(&self.headers, name)
    }
}

fn one<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let values = all(headers, name);
    assert!(values.len() < 2, "{name} came {} times: {values:?}", values.len());
    values.first().copied()
}

fn all<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
}

/// One connection.
pub struct Client {
    host: SocketAddr,
    wire: Wire<TcpStream>,
    /// The rest of the body whose head was read last.
    body: Framing,
}

impl Client {
    /// Connects, or fails the test.
    pub fn connect(address: SocketAddr) -> Self {
        Self::try_connect(address).unwrap_or_else(|error| panic!("connect to {address}: {error}"))
    }

    /// Connects.
    pub fn try_connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(HANG))?;
        Ok(Self::over(stream, address))
    }

    /// Uses a stream that the caller opened, with timeouts of the caller's choice.
    pub fn over(stream: TcpStream, host: SocketAddr) -> Self {
        Self { host, wire: Wire::new(stream), body: Framing::Length(0) }
    }

    /// Sends a request and reads its whole answer.
    pub fn exchange(&mut self, request: &Request) -> Response {
        self.try_exchange(request).unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.path))
    }

    /// Sends a request and reads its whole answer, unless the connection fails.
    pub fn try_exchange(&mut self, request: &Request) -> io::Result<Response> {
        self.send(request);
        self.try_read_response(&request.method)
    }

    /// Sends a whole request. A server that has answered already need not read all of it, so a broken pipe is not a failure here.
    pub fn send(&mut self, request: &Request) {
        let mut bytes = request.head(self.host);
        match &request.body {
            Some(body) if request.chunked => bytes.extend(framed(body).into_iter().chain(*b"0\r\n\r\n")),
            Some(body) => bytes.extend_from_slice(body),
            None if request.chunked => bytes.extend_from_slice(b"0\r\n\r\n"),
            None => {}
        }
        self.write(&bytes);
    }

    /// Sends the head of a chunked request, and its body so far; `chunk` and `finish` continue it.
    pub fn open(&mut self, request: &Request) {
        let mut bytes = request.clone().chunked().head(self.host);
        if let Some(body) = &request.body {
            bytes.extend(framed(body));
        }
        self.write(&bytes);
    }

    /// Sends one more chunk.
    pub fn chunk(&mut self, bytes: &[u8]) {
        self.write(&framed(bytes));
    }

    /// Ends a chunked request.
    pub fn finish(&mut self) {
        self.write(b"0\r\n\r\n");
    }

    /// Sends bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) {
        match self.wire.stream.write_all(bytes) {
            Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {}
            written => written.expect("written"),
        }
    }

    /// Shuts the write side down; answers can still be read.
    pub fn half_close(&mut self) {
        self.wire.stream.shutdown(Shutdown::Write).expect("half-closed");
    }

    /// Reads a whole answer to a request of this method, or fails the test.
    pub fn read_response(&mut self, method: &str) -> Response {
        self.try_read_response(method).unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    fn try_read_response(&mut self, method: &str) -> io::Result<Response> {
        let Head { status, headers } = self.try_read_head(method)?;
        let mut body = Vec::new();
        while let Some(piece) = self.try_read_piece()? {
            body.extend(piece);
        }
        Ok(Response { status, headers, body })
    }

    /// Reads the head of the next answer, or fails the test. `read_piece` reads the body.
    pub fn read_head(&mut self, method: &str) -> Head {
        self.try_read_head(method).unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    /// The same, unless the connection fails.
    pub fn try_read_head(&mut self, method: &str) -> io::Result<Head> {
        assert!(matches!(self.body, Framing::Length(0)), "the answer before is not read to its end");
        let (start, headers) = self.wire.read_head()?;
        let status = start
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .unwrap_or_else(|| panic!("a status line, not {start:?}"));
        self.body = Framing::of_answer(method, status, &headers);
        Ok(Head { status, headers })
    }

    /// Reads the next piece of the body as it was sent: one chunk, or the bytes that have arrived. `None` at its end.
    pub fn read_piece(&mut self) -> Option<Vec<u8>> {
        self.try_read_piece().unwrap_or_else(|error| panic!("the body breaks off: {error}"))
    }

    /// The same, for tests of bodies that break off.
    pub fn try_read_piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.wire.read_piece(&mut self.body)
    }

    /// Reads body pieces until they contain `text`; returns everything read.
    pub fn read_until(&mut self, text: &str) -> String {
        let mut read = String::new();
        while !read.contains(text) {
            let piece = self.read_piece().unwrap_or_else(|| panic!("the body ended before {text:?}: {read:?}"));
            read.push_str(&String::from_utf8_lossy(&piece));
        }
        read
    }

    /// Waits until the server closes the connection; fails if it sends anything before.
    pub fn expect_close(&mut self) {
        match self.wire.fill() {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("the connection was to be closed: {other:?} {:?}", String::from_utf8_lossy(self.wire.unread())),
        }
    }

    /// Whether nothing has arrived that was not read yet.
    pub fn is_silent(&self) -> bool {
        self.wire.stream.set_nonblocking(true).expect("non-blocking");
        let peeked = self.wire.stream.peek(&mut [0]);
        self.wire.stream.set_nonblocking(false).expect("blocking");
        self.wire.unread().is_empty() && matches!(peeked, Err(error) if error.kind() == ErrorKind::WouldBlock)
    }

    /// The socket itself.
    pub fn stream(&self) -> &TcpStream {
        &self.wire.stream
    }
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    assert!(!bytes.is_empty(), "an empty chunk would end the body");
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// How the end of a body is recognised.
#[derive(Clone, Copy, Debug)]
pub enum Framing {
    /// This many bytes are still to come.
    Length(u64),
    /// Chunks until an empty one.
    Chunked,
    /// All bytes until the connection closes.
    UntilClose,
}

impl Framing {
    fn of_answer(method: &str, status: u16, headers: &[(String, String)]) -> Self {
        let bodiless = method == "HEAD" || (100..200).contains(&status) || status == 204 || status == 304;
        match Self::of_headers(headers) {
            _ if bodiless => Self::Length(0),
            Some(framing) => framing,
            None => Self::UntilClose,
        }
    }

    /// The framing that the headers name, or `None` if they name none.
    pub fn of_headers(headers: &[(String, String)]) -> Option<Self> {
        match (one(headers, "content-length"), one(headers, "transfer-encoding")) {
            (Some(length), None) => Some(Self::Length(length.parse().unwrap_or_else(|_| panic!("a length, not {length:?}")))),
            (None, Some("chunked")) => Some(Self::Chunked),
            (None, None) => None,
            both => panic!("bad framing: {both:?}"),
        }
    }
}

/// A byte stream read as HTTP/1.1, from either side.
pub struct Wire<S> {
    pub stream: S,
    buffer: Vec<u8>,
    read: usize,
}

impl<S: Read> Wire<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new(), read: 0 }
    }

    /// Reads a start line and headers.
    pub fn read_head(&mut self) -> io::Result<(String, Vec<(String, String)>)> {
        let start = self.read_line()?;
        let mut headers = Vec::new();
        loop {
            let line = self.read_line()?;
            if line.is_empty() {
                return Ok((start, headers));
            }
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("a header, not {line:?}"));
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    /// Reads the next piece of a body; `None` at its end.
    pub fn read_piece(&mut self, framing: &mut Framing) -> io::Result<Option<Vec<u8>>> {
        match framing {
            Framing::Length(0) => Ok(None),
            Framing::Length(left) => {
                if self.unread().is_empty() && self.fill()? == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                let length = self.unread().len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= length as u64;
                Ok(Some(self.take(length)))
            }
            Framing::Chunked => {
                let piece = self.read_chunk()?;
                if piece.is_none() {
                    *framing = Framing::Length(0);
                }
                Ok(piece)
            }
            Framing::UntilClose => {
                if self.unread().is_empty() && self.fill()? == 0 {
                    *framing = Framing::Length(0);
                    return Ok(None);
                }
                let length = self.unread().len();
                Ok(Some(self.take(length)))
            }
        }
    }

    fn read_chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let line = self.read_line()?;
        let digits = line.split(';').next().unwrap_or("");
        let length = usize::from_str_radix(digits, 16).unwrap_or_else(|_| panic!("a chunk length, not {line:?}"));
        if length == 0 {
            while !self.read_line()?.is_empty() {} // trailers
            return Ok(None);
        }
        while self.unread().len() < length + 2 {
            if self.fill()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let chunk = self.take(length);
        assert_eq!(self.take(2), b"\r\n", "a chunk ends with a line end");
        Ok(Some(chunk))
    }

    fn read_line(&mut self) -> io::Result<String> {
        let mut seen = 0;
        loop {
            if let Some(at) = self.unread()[seen..].windows(2).position(|pair| pair == b"\r\n") {
                let line = self.take(seen + at);
                self.take(2);
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
            seen = self.unread().len().saturating_sub(1);
            if self.fill()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn unread(&self) -> &[u8] {
        &self.buffer[self.read..]
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let taken = self.unread()[..length].to_vec();
        self.read += length;
        if self.read == self.buffer.len() {
            self.buffer.clear();
            self.read = 0;
        }
        taken
    }

    /// Reads the bytes that have arrived, at least one; 0 if the other side has closed.
    fn fill(&mut self) -> io::Result<usize> {
        self.buffer.drain(..self.read);
        self.read = 0;
        let mut arrived = [0; 64 * 1024];
        let length = self.stream.read(&mut arrived)?;
        self.buffer.extend_from_slice(&arrived[..length]);
        Ok(length)
    }
}
