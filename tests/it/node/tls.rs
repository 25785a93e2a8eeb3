//! `node:tls` against servers of rustls: whom a function trusts, what it is told, and how bytes pass.
//!
//! The certificates of `pki/` are valid for a hundred years and share one key; `root.pem` signed all but `self.pem`.
//!
//! Invariant: a connection is reported as authorized only if its chain and its name are right.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, version};
use serde_json::{Value, json};

use crate::support::{HANG, Project, Skep};

type Tls = StreamOwned<ServerConnection, TcpStream>;

const FUNCTION: &str = r#"//- /talk/index.js
const tls = require("tls");
const fs = require("fs");
const pki = (name) => fs.readFileSync(`${__dirname}/${name}.pem`);
module.exports = (request) => {
  const asked = JSON.parse(new URL(request.url).searchParams.get("options"));
  for (const name of ["ca", "cert", "key"]) if (asked[name]) asked[name] = pki(asked[name]);
  return new Promise((resolve) => {
    const seen = {};
    const socket = tls.connect({ host: "127.0.0.1", servername: "localhost", ...asked }, () => {
      Object.assign(seen, { authorized: socket.authorized, why: socket.authorizationError, protocol: socket.getProtocol(), alpn: socket.alpnProtocol, subject: socket.getPeerCertificate().subject.CN });
      socket.end((asked.letter ?? "x").repeat(asked.bytes ?? 3));
    });
    let text = "";
    socket.on("data", (data) => { text += data; });
    socket.on("end", () => { seen.text = text.length > 40 ? text.length : text; });
    socket.on("error", (error) => { seen.error = error.code; });
    socket.on("close", () => resolve(seen));
  });
};
"#;

/// The functions, which may reach the server.
fn skep(server: SocketAddr) -> Skep {
    let project = Project::new(FUNCTION);
    project.write("/talk/function.toml", &format!("[limits]\ncpu_ms = 20000\n[net]\nallow = ['{server}']\n"));
    for name in ["root", "self", "server", "key"] {
        project.write(&format!("/talk/{name}.pem"), &std::fs::read_to_string(pki(name)).expect("a certificate"));
    }
    Skep::start(project)
}

fn pki(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/node/pki").join(format!("{name}.pem"))
}

fn config(certificate: &str) -> ServerConfig {
    let chain = vec![CertificateDer::from_pem_file(pki(certificate)).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_file(pki("key")).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&version::TLS13, &version::TLS12]);
    builder.expect("versions").with_no_client_auth().with_single_cert(chain, key).expect("a certificate and its key")
}

/// Serves every connection with `talk`, in a thread of its own.
fn serve(config: ServerConfig, talk: impl Fn(&mut Tls) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (config, talk) = (Arc::new(config), Arc::new(talk));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            stream.set_read_timeout(Some(HANG)).expect("a socket");
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let talk = Arc::clone(&talk);
            thread::spawn(move || talk(&mut StreamOwned::new(connection, stream)));
        }
    });
    address
}

/// Sends back what came, when the other side has said goodbye.
fn echo(stream: &mut Tls) {
    let mut got = Vec::new();
    if stream.read_to_end(&mut got).is_ok() {
        let _ = stream.write_all(&got);
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
}

fn talk(skep: &Skep, server: SocketAddr, options: &Value) -> Value {
    let mut options = options.clone();
    options["port"] = json!(server.port());
    let encoded: String = options.to_string().bytes().map(|byte| format!("%{byte:02x}")).collect();
    let response = skep.get(&format!("/talk?options={encoded}"));
    assert_eq!(response.status, 200, "{response}");
    response.json()
}

#[test]
fn a_server_is_trusted_by_its_chain_and_its_name() {
    let trusted =
        |subject: &str| json!({ "authorized": true, "why": null, "protocol": "TLSv1.3", "alpn": false, "subject": subject, "text": "xxx" });
    let refused = |code: &str| json!({ "error": code });
    let cases = [
        ("server", json!({ "ca": "root" }), trusted("server")),
        ("server", json!({}), refused("UNABLE_TO_VERIFY_LEAF_SIGNATURE")),
        ("server", json!({ "ca": "server" }), refused("UNABLE_TO_VERIFY_LEAF_SIGNATURE")),
        ("self", json!({ "ca": "root" }), refused("DEPTH_ZERO_SELF_SIGNED_CERT")),
        ("self", json!({ "ca": "self" }), trusted("localhost")),
        ("expired", json!({ "ca": "root" }), refused("CERT_HAS_EXPIRED")),
        ("other", json!({ "ca": "root" }), refused("ERR_TLS_CERT_ALTNAME_INVALID")),
        ("other", json!({ "ca": "root", "servername": "other.example" }), trusted("other")),
    ];
    for (certificate, options, expected) in cases {
        let server = serve(config(certificate), echo);
        assert_eq!(talk(&skep(server), server, &options), expected, "{certificate} {options}");
    }
}

#[test]
fn who_does_not_reject_is_told_why_a_server_is_not_trusted() {
    for (certificate, why) in
        [("self", "DEPTH_ZERO_SELF_SIGNED_CERT"), ("expired", "CERT_HAS_EXPIRED"), ("other", "ERR_TLS_CERT_ALTNAME_INVALID")]
    {
        let server = serve(config(certificate), echo);
        let seen = talk(&skep(server), server, &json!({ "ca": "root", "rejectUnauthorized": false }));
        assert_eq!((&seen["authorized"], &seen["why"], &seen["text"]), (&json!(false), &json!(why), &json!("xxx")), "{seen}");
    }
}

#[test]
fn large_bodies_pass_both_ways_in_every_version() {
    let server = serve(config("server"), echo);
    let skep = skep(server);
    for version in ["TLSv1.2", "TLSv1.3"] {
        let seen = talk(&skep, server, &json!({ "ca": "root", "bytes": 3_000_000, "maxVersion": version }));
        assert_eq!((&seen["protocol"], &seen["text"]), (&json!(version), &json!(3_000_000)), "{seen}");
    }
}

#[test]
fn a_protocol_is_agreed_on_or_the_handshake_fails() {
    let mut config = config("server");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let server = serve(config, echo);
    let skep = skep(server);
    let seen = talk(&skep, server, &json!({ "ca": "root", "ALPNProtocols": ["http/1.1"] }));
    assert_eq!(seen["alpn"], json!("http/1.1"), "{seen}");
    let seen = talk(&skep, server, &json!({ "ca": "root", "ALPNProtocols": ["h3"] }));
    assert_eq!(seen, json!({ "error": "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL" }));
}

#[test]
fn new_keys_without_end_end_the_connection_alone() {
    let server = serve(config("server"), |stream| {
        let mut got = [0; 1];
        if stream.read_exact(&mut got).is_ok() {
            let wanted = if got == *b"x" { 5 } else { 2000 };
            for _ in 0..wanted {
                if stream.conn.refresh_traffic_keys().is_err() || stream.flush().is_err() {
                    return;
                }
            }
            let _ = stream.write_all(&got);
            stream.conn.send_close_notify();
            let _ = stream.flush();
            // What is unread when a socket closes resets the connection.
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    let skep = skep(server);
    let few = json!({ "ca": "root" });
    assert_eq!(talk(&skep, server, &few)["text"], json!("x"), "some new keys are nothing");
    let seen = talk(&skep, server, &json!({ "ca": "root", "letter": "y" }));
    assert_eq!((&seen["text"], &seen["error"]), (&json!(""), &json!("ERR_SSL_TOO_MANY_KEY_UPDATES")), "{seen}");
    assert_eq!(talk(&skep, server, &few)["text"], json!("x"), "the next connection");
}
