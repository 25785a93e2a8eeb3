//! One TLS connection as a machine of bytes: rustls, and the judgement of its peer.
//!
//! The ops of this folder feed it and empty it. What it holds is bounded by rustls: input is taken only when no plaintext waits, and
//! plaintext is encrypted only as far as the output has room.
//!
//! Invariant: the peer is judged before the machine is open, and a machine that is not open gives and takes no plaintext.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use deno_error::JsErrorBox;
use deno_tls::rustls::pki_types::{ServerName, UnixTime};
use deno_tls::rustls::{ClientConnection, Error};
use serde::Serialize;

use super::config::Prepared;
use super::names;

/// Ciphertext that waits to be sent.
const OUTPUT_BYTES_MAX: usize = 64 * 1024;
/// Input that is taken in one turn: nothing interrupts it.
const TURN_BYTES_MAX: usize = 64 * 1024;

/// Where a machine stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// The handshake goes on.
    Handshaking = 0,
    /// Plaintext passes.
    Open = 1,
    /// The peer has said goodbye, and all that it said before has been read.
    Ended = 2,
    /// It cannot go on.
    Failed = 3,
}

/// How far one call came.
pub(super) struct Pulled {
    /// Bytes of the input that were taken.
    pub(super) consumed: usize,
    /// Bytes of plaintext that were given.
    pub(super) written: usize,
    /// Bytes of plaintext that wait.
    pub(super) waiting: usize,
}

/// What Node tells of a connection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime::ops) struct Info {
    protocol: &'static str,
    cipher: &'static str,
    standard_cipher: &'static str,
    alpn: String,
    /// Why the peer is not trusted; empty: it is.
    verdict: &'static str,
    failure_code: String,
    failure_reason: String,
}

/// The connection.
pub(super) struct Machine {
    connection: ClientConnection,
    prepared: Arc<Prepared>,
    status: Status,
    verdict: &'static str,
    failure: Option<Error>,
    waiting: usize,
    has_peer_closed: bool,
}

impl Machine {
    /// A machine that has its first message for the peer ready.
    pub(super) fn start(prepared: Arc<Prepared>, name: &str, alpn: &[u8]) -> Result<Self, JsErrorBox> {
        // No name, or an address, is not sent to the peer.
        let name = match ServerName::try_from(name.to_owned()) {
            Ok(name @ ServerName::DnsName(_)) => name,
            _ => ServerName::from(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        };
        let config = prepared.with_protocols(alpn)?;
        let mut connection =
            ClientConnection::new(config, name).map_err(|error| JsErrorBox::generic(format!("ERR_SSL_INTERNAL_ERROR {error}")))?;
        connection.set_buffer_limit(Some(OUTPUT_BYTES_MAX));
        Ok(Self {
            connection,
            prepared,
            status: Status::Handshaking,
            verdict: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            failure: None,
            waiting: 0,
            has_peer_closed: false,
        })
    }

    pub(super) fn prepared(&self) -> &Arc<Prepared> {
        &self.prepared
    }

    pub(super) fn status(&self) -> Status {
        self.status
    }

    /// Takes input and gives plaintext until one of them comes to its end, or the turn is long enough.
    pub(super) fn pull(&mut self, input: &[u8], output: &mut [u8]) -> Pulled {
        let input = input.get(..TURN_BYTES_MAX).unwrap_or(input);
        let (mut consumed, mut written) = (0, 0);
        loop {
            let given = self.read(output.get_mut(written..).unwrap_or_default());
            written += given;
            let taken = self.feed(input.get(consumed..).unwrap_or_default());
            consumed += taken;
            if given == 0 && taken == 0 {
                break;
            }
        }
        match self.status {
            Status::Open if self.has_peer_closed && self.waiting == 0 => self.status = Status::Ended,
            Status::Handshaking if self.has_peer_closed => self.fail(Error::General("the peer left the handshake".to_owned())),
            _ => {}
        }
        Pulled { consumed, written, waiting: self.waiting }
    }

    /// Takes a part of what the peer sent, if no plaintext waits.
    fn feed(&mut self, mut input: &[u8]) -> usize {
        if input.is_empty() || self.waiting > 0 || self.has_peer_closed || self.status == Status::Failed {
            return 0;
        }
        let Ok(taken) = self.connection.read_tls(&mut input) else {
            self.fail(Error::General("a message of the peer is too long".to_owned()));
            return 0;
        };
        match self.connection.process_new_packets() {
            Ok(state) => {
                self.waiting = state.plaintext_bytes_to_read();
                self.has_peer_closed = state.peer_has_closed();
            }
            Err(error) => self.fail(error),
        }
        if self.status == Status::Handshaking && !self.connection.is_handshaking() {
            self.open();
        }
        taken
    }

    fn fail(&mut self, error: Error) {
        self.status = Status::Failed;
        self.failure = Some(error);
    }

    /// The handshake is over: who is the peer?
    fn open(&mut self) {
        let chain = self.connection.peer_certificates().unwrap_or_default();
        self.verdict = self.prepared.trust.judge(chain, UnixTime::now()).unwrap_or_default();
        self.status = Status::Open;
    }

    fn read(&mut self, output: &mut [u8]) -> usize {
        if self.status != Status::Open || self.waiting == 0 || output.is_empty() {
            return 0;
        }
        let count = self.connection.reader().read(output).unwrap_or(0);
        self.waiting = if count == 0 { 0 } else { self.waiting.saturating_sub(count) };
        count
    }

    /// Encrypts as many bytes as there is room for; none of it: says goodbye. `None`: it will never take them.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<usize> {
        if !matches!(self.status, Status::Open | Status::Ended) {
            return None;
        }
        if bytes.is_empty() {
            self.connection.send_close_notify();
            return Some(0);
        }
        self.connection.writer().write(bytes).ok()
    }

    /// Moves what is for the peer into `output`.
    pub(super) fn take(&mut self, output: &mut [u8]) -> usize {
        let room = output.len();
        let mut rest = output;
        while self.connection.wants_write() && !rest.is_empty() {
            if !matches!(self.connection.write_tls(&mut rest), Ok(1..)) {
                break;
            }
        }
        room - rest.len()
    }

    pub(super) fn info(&self) -> Info {
        let (cipher, standard_cipher) = self.connection.negotiated_cipher_suite().map(names::of_suite).unwrap_or_default();
        let (failure_code, failure_reason) = self.failure.as_ref().map(names::of_error).unwrap_or_default();
        Info {
            protocol: self.connection.protocol_version().map(names::of_version).unwrap_or_default(),
            cipher,
            standard_cipher,
            alpn: self.connection.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default(),
            verdict: self.verdict,
            failure_code,
            failure_reason,
        }
    }

    /// A certificate of the peer's; empty beyond the last.
    pub(super) fn certificate(&self, index: usize) -> Vec<u8> {
        let chain = self.connection.peer_certificates().unwrap_or_default();
        chain.get(index).map(|certificate| certificate.to_vec()).unwrap_or_default()
    }

    pub(super) fn export(&self, length: usize, label: &str, context: Option<&[u8]>) -> Result<Vec<u8>, JsErrorBox> {
        let refused = |error: Error| JsErrorBox::generic(format!("ERR_TLS_INVALID_STATE {error}"));
        self.connection.export_keying_material(vec![0; length], label.as_bytes(), context).map_err(refused)
    }
}
