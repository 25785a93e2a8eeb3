//! The options of a connection: certificates, keys, cipher suites and versions, as rustls takes them.
//!
//! `tls::op_skep_tls_open` passes what JavaScript read from the function's options. What all functions have in common is made once in the
//! process; of the rest an instance keeps the last few, since a pool connects again and again with the same.
//!
//! Invariant: sessions are not kept, so that a handshake always shows a certificate, which is judged.

use std::sync::{Arc, LazyLock};

use deno_error::JsErrorBox;
use deno_tls::rustls::client::Resumption;
use deno_tls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use deno_tls::rustls::pki_types::pem::PemObject as _;
use deno_tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use deno_tls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use deno_tls::rustls::{CipherSuite, ClientConfig, SupportedProtocolVersion, version};

use super::names;
use super::trust::{self, SignaturesOnly, Trust};

/// Longest text of `ca`: twice the list of a browser.
const CA_BYTES_MAX: usize = 512 * 1024;
/// Longest text of `cert` and `key`.
const IDENTITY_BYTES_MAX: usize = 64 * 1024;
/// Longest list of protocols.
const PROTOCOL_BYTES_MAX: usize = 4096;
/// Options that an instance keeps.
const KEPT_MAX: usize = 4;

/// What every connection without options of its own uses.
static DEFAULT: LazyLock<Option<Arc<Prepared>>> = LazyLock::new(|| {
    let options = Options { roots: true, ca: "", identity: "", ciphers: "", versions: 3 };
    options.prepare().ok()
});

/// The options that JavaScript read; certificates and keys are PEM.
#[derive(Clone, Copy)]
pub(super) struct Options<'a> {
    pub(super) roots: bool,
    pub(super) ca: &'a str,
    pub(super) identity: &'a str,
    pub(super) ciphers: &'a str,
    pub(super) versions: u32,
}

/// Options that are kept.
#[derive(PartialEq, Eq)]
struct Key {
    roots: bool,
    ca: String,
    identity: String,
    ciphers: String,
    versions: u32,
}

/// What a connection is started with.
pub(super) struct Prepared {
    config: Arc<ClientConfig>,
    pub(super) trust: Arc<Trust>,
    /// What it takes of memory, about: the length of the certificates and keys that it was made of.
    pub(super) bytes: usize,
}

/// The last options of an instance.
#[derive(Default)]
pub(super) struct Configs(Vec<(Key, Arc<Prepared>)>);

impl Configs {
    /// What these options mean.
    pub(super) fn find(&mut self, options: &Options<'_>) -> Result<Arc<Prepared>, JsErrorBox> {
        if options.ca.len() > CA_BYTES_MAX || options.identity.len() > IDENTITY_BYTES_MAX {
            return Err(refused("ERR_OUT_OF_RANGE", &format!("ca has at most {CA_BYTES_MAX} bytes, cert and key {IDENTITY_BYTES_MAX}")));
        }
        if options.is_default()
            && let Some(prepared) = DEFAULT.as_ref()
        {
            return Ok(prepared.clone());
        }
        let key = options.key();
        if let Some((_, prepared)) = self.0.iter().find(|(known, _)| *known == key) {
            return Ok(prepared.clone());
        }
        let prepared = options.prepare()?;
        self.0.push((key, prepared.clone()));
        while self.0.len() > KEPT_MAX || self.0.iter().map(|(_, kept)| kept.bytes).sum::<usize>() > CA_BYTES_MAX + IDENTITY_BYTES_MAX {
            self.0.remove(0);
        }
        Ok(prepared)
    }
}

impl Prepared {
    /// The configuration with the protocols that the function offers (ALPN), each behind its length.
    pub(super) fn with_protocols(&self, wire: &[u8]) -> Result<Arc<ClientConfig>, JsErrorBox> {
        // rustls aborts on a list that does not fit into its message.
        if wire.len() > PROTOCOL_BYTES_MAX {
            return Err(refused("ERR_OUT_OF_RANGE", &format!("ALPNProtocols has at most {PROTOCOL_BYTES_MAX} bytes")));
        }
        let mut protocols = Vec::new();
        let mut rest = wire;
        while let Some((length, after)) = rest.split_first() {
            let (name, after) =
                after.split_at_checked(usize::from(*length)).ok_or_else(|| refused("ERR_INVALID_ARG_VALUE", "ALPNProtocols is cut off"))?;
            if !name.is_empty() {
                protocols.push(name.to_vec());
            }
            rest = after;
        }
        if protocols.is_empty() {
            return Ok(self.config.clone());
        }
        let mut config = ClientConfig::clone(&self.config);
        config.alpn_protocols = protocols;
        Ok(Arc::new(config))
    }
}

impl Options<'_> {
    fn is_default(&self) -> bool {
        self.roots && self.ca.is_empty() && self.identity.is_empty() && self.versions == 3 && self.names_all_suites()
    }

    fn key(&self) -> Key {
        Key {
            roots: self.roots,
            ca: self.ca.to_owned(),
            identity: self.identity.to_owned(),
            ciphers: self.ciphers.to_owned(),
            versions: self.versions,
        }
    }

    fn prepare(&self) -> Result<Arc<Prepared>, JsErrorBox> {
        let (suites, versions) = self.agreed()?;
        let provider = CryptoProvider {
            cipher_suites: trust::PROVIDER.cipher_suites.iter().filter(|suite| suites.contains(&suite.suite())).copied().collect(),
            ..CryptoProvider::clone(&trust::PROVIDER)
        };
        let trust = self.trust();
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&versions)
            .map_err(|_| refused("ERR_SSL_NO_CIPHER_MATCH", "no cipher match"))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(SignaturesOnly));
        let mut config = match self.identity()? {
            Some(identity) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity))),
            None => builder.with_no_client_auth(),
        };
        config.resumption = Resumption::disabled();
        Ok(Arc::new(Prepared { config: Arc::new(config), trust, bytes: self.ca.len() + self.identity.len() }))
    }

    fn names_all_suites(&self) -> bool {
        let wanted = self.wanted();
        trust::PROVIDER.cipher_suites.iter().all(|suite| wanted.contains(&suite.suite()))
    }

    /// The suites that the list names. A word that is no suite, as `HIGH`, means all of TLS 1.2; without one of TLS 1.3 all of those are meant.
    fn wanted(&self) -> Vec<CipherSuite> {
        let of_version = |is_tls13: bool| {
            let all = trust::PROVIDER.cipher_suites.iter().filter(move |suite| suite.tls13().is_some() == is_tls13);
            all.map(|suite| suite.suite())
        };
        let mut wanted: Vec<CipherSuite> = Vec::new();
        for name in self.ciphers.split([':', ',', ' ']).filter(|name| !name.is_empty()) {
            match (names::suite_of(name), name.starts_with(['!', '-', '+', '@']) || name.contains('-')) {
                (Some(suite), _) => wanted.push(suite),
                (None, true) => {}
                (None, false) => wanted.extend(of_version(false)),
            }
        }
        if self.ciphers.is_empty() {
            wanted.extend(of_version(false));
        }
        if !of_version(true).any(|suite| wanted.contains(&suite)) {
            wanted.extend(of_version(true));
        }
        let without = |name: &str| name.strip_prefix(['!', '-']).and_then(names::suite_of);
        let excluded: Vec<CipherSuite> = self.ciphers.split([':', ',', ' ']).filter_map(without).collect();
        wanted.retain(|suite| !excluded.contains(suite));
        wanted
    }

    /// The suites and the versions; as in Node, a list without suites of a version leaves the version out.
    fn agreed(&self) -> Result<(Vec<CipherSuite>, Vec<&'static SupportedProtocolVersion>), JsErrorBox> {
        let wanted = self.wanted();
        let has = |is_tls13: bool| {
            let mut suites = trust::PROVIDER.cipher_suites.iter();
            suites.any(|suite| suite.tls13().is_some() == is_tls13 && wanted.contains(&suite.suite()))
        };
        let mut versions = Vec::new();
        if self.versions & 2 != 0 && has(true) {
            versions.push(&version::TLS13);
        }
        if self.versions & 1 != 0 && has(false) {
            versions.push(&version::TLS12);
        }
        match (versions.is_empty(), self.versions & 3) {
            (true, 0) => Err(refused("ERR_SSL_NO_PROTOCOLS_AVAILABLE", "SSL routines::no protocols available: TLS 1.2 and 1.3 are")),
            (true, _) => Err(refused("ERR_SSL_NO_CIPHER_MATCH", "no cipher match")),
            (false, _) => Ok((wanted, versions)),
        }
    }

    fn trust(&self) -> Arc<Trust> {
        if self.roots && self.ca.is_empty() {
            return Trust::mozilla();
        }
        let certificates = CertificateDer::pem_slice_iter(self.ca.as_bytes()).filter_map(Result::ok);
        Arc::new(Trust::new(certificates, self.roots))
    }

    /// The certificate of the function, and its key.
    fn identity(&self) -> Result<Option<CertifiedKey>, JsErrorBox> {
        if self.identity.is_empty() {
            return Ok(None);
        }
        let pem = self.identity.as_bytes();
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
        if chain.is_empty() {
            return Err(refused("ERR_OSSL_PEM_NO_START_LINE", "PEM routines::no start line: cert has no certificate"));
        }
        if self.identity.contains("ENCRYPTED") {
            return Err(refused("ERR_OSSL_BAD_DECRYPT", "bad decrypt: the key is encrypted, and passphrase does not open it"));
        }
        let key = PrivateKeyDer::from_pem_slice(pem)
            .map_err(|_| refused("ERR_OSSL_UNSUPPORTED", "DECODER routines::unsupported: key has no private key"))?;
        let key = aws_lc_rs::sign::any_supported_type(&key)
            .map_err(|error| refused("ERR_OSSL_UNSUPPORTED", &format!("DECODER routines::unsupported ({error})")))?;
        let identity = CertifiedKey::new(chain, key);
        if !trust::is_key_of(&identity) {
            return Err(refused("ERR_OSSL_X509_KEY_VALUES_MISMATCH", "x509 certificate routines::key values mismatch"));
        }
        Ok(Some(identity))
    }
}

/// An error with its code in front, where JavaScript finds it.
fn refused(code: &str, reason: &str) -> JsErrorBox {
    JsErrorBox::generic(format!("{code} {reason}"))
}
