//! Who is trusted: Mozilla's roots, or those of the function; and what is wrong with a peer, in the words of OpenSSL.
//!
//! `machine` asks for a judgement when a handshake is over; whether the name is right, JavaScript asks then (`checkServerIdentity`). Paths are
//! found by webpki, as for `fetch`. Two kinds of certificates that it refuses and OpenSSL accepts are judged here, if the function's own `ca`
//! names their issuer: those of version 1, and those that may sign others.
//!
//! Invariant: no judgement is good without a signature, in its time, by a root that is trusted; but a root of the function's is itself trusted.

use std::sync::{Arc, LazyLock};

use deno_tls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use deno_tls::rustls::crypto::{self, CryptoProvider, aws_lc_rs};
use deno_tls::rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, TrustAnchor, UnixTime};
use deno_tls::rustls::sign::CertifiedKey;
use deno_tls::rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use deno_tls::webpki::{self, EndEntityCert, KeyUsage, RawPublicKeyEntity, anchor_from_trusted_cert};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Certificates of a peer's that are looked at.
const CHAIN_MAX: usize = 32;

/// The cryptography of all connections.
pub(super) static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(aws_lc_rs::default_provider()));

static MOZILLA: LazyLock<Arc<Trust>> =
    LazyLock::new(|| Arc::new(Trust { anchors: default_anchors(), roots: Vec::new(), others: Vec::new() }));

fn default_anchors() -> Vec<TrustAnchor<'static>> {
    deno_tls::create_default_root_cert_store().roots
}

/// The roots of a connection.
pub(super) struct Trust {
    anchors: Vec<TrustAnchor<'static>>,
    /// Those of the function, that sign themselves.
    roots: Vec<CertificateDer<'static>>,
    /// Certificates of the function that lead to a root, and are none.
    others: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// Mozilla's roots.
    pub(super) fn mozilla() -> Arc<Self> {
        MOZILLA.clone()
    }

    /// Certificates of the function, beside Mozilla's roots or in their place. One that cannot be read is left out, as in Node.
    pub(super) fn new(certificates: impl Iterator<Item = CertificateDer<'static>>, with_mozilla: bool) -> Self {
        let mut trust = Self { anchors: if with_mozilla { default_anchors() } else { Vec::new() }, roots: Vec::new(), others: Vec::new() };
        for certificate in certificates {
            let Some(read) = read(&certificate) else { continue };
            if !is_self_issued(&read) {
                trust.others.push(certificate);
                continue;
            }
            if let Ok(anchor) = anchor_from_trusted_cert(&certificate) {
                trust.anchors.push(anchor.to_owned());
            }
            trust.roots.push(certificate);
        }
        trust
    }

    /// What is wrong with a chain that a peer showed.
    pub(super) fn judge(&self, chain: &[CertificateDer<'_>], now: UnixTime) -> Option<&'static str> {
        let Some((leaf, others)) = chain.split_first() else { return Some("UNABLE_TO_GET_ISSUER_CERT") };
        if chain.len() > CHAIN_MAX {
            return Some("CERT_CHAIN_TOO_LONG");
        }
        if self.roots.iter().any(|root| root == leaf) {
            return of_leaf(leaf, now);
        }
        match self.find_path(leaf, others, now) {
            Ok(None) => None,
            Ok(Some(code)) => Some(code),
            Err(webpki::Error::CaUsedAsEndEntity | webpki::Error::UnsupportedCertVersion) => self.judge_signature(leaf, others, now),
            Err(webpki::Error::UnknownIssuer) => Some(self.judge_unknown(leaf, others, now)),
            Err(error) => Some(code_of(&error)),
        }
    }

    /// A path from the leaf to a root: `Some` if the root's own time is over.
    fn find_path(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<Option<&'static str>, webpki::Error> {
        let others: Vec<CertificateDer<'_>> = others.iter().chain(&self.others).map(|other| CertificateDer::from(&**other)).collect();
        let certificate = EndEntityCert::try_from(leaf)?;
        let algorithms = PROVIDER.signature_verification_algorithms.all;
        let path = certificate.verify_for_usage(algorithms, &self.anchors, &others, now, KeyUsage::server_auth(), None, None)?;
        let root = self.roots.iter().find(|root| anchor_from_trusted_cert(root).is_ok_and(|anchor| anchor == *path.anchor()));
        Ok(root.and_then(|root| read(root)).and_then(|root| of_time(&root, now)))
    }

    /// A leaf that webpki refuses for its form: whether a root of the function's signed it.
    fn judge_signature(&self, leaf: &CertificateDer<'_>, others: &[CertificateDer<'_>], now: UnixTime) -> Option<&'static str> {
        let Some(certificate) = read(leaf) else { return Some("UNABLE_TO_VERIFY_LEAF_SIGNATURE") };
        for root in self.roots.iter().filter_map(|root| read(root)) {
            if root.subject().as_raw() == certificate.issuer().as_raw() && may_sign(&root) && has_signed(&root, &certificate) {
                return of_time(&root, now).or_else(|| of_leaf(leaf, now));
            }
        }
        Some(self.judge_unknown(leaf, others, now))
    }

    /// Why no path was found.
    fn judge_unknown(&self, leaf: &CertificateDer<'_>, others: &[CertificateDer<'_>], now: UnixTime) -> &'static str {
        let Some(leaf) = read(leaf) else { return "UNABLE_TO_VERIFY_LEAF_SIGNATURE" };
        if let Some(code) = of_time(&leaf, now) {
            return code;
        }
        if is_self_issued(&leaf) {
            return "DEPTH_ZERO_SELF_SIGNED_CERT";
        }
        let sent: Vec<X509Certificate<'_>> = others.iter().filter_map(|other| read(other)).collect();
        let own: Vec<X509Certificate<'_>> = self.others.iter().filter_map(|other| read(other)).collect();
        let mut current = &leaf;
        for depth in 0..=sent.len() {
            let is_issuer = |other: &&X509Certificate<'_>| other.subject().as_raw() == current.issuer().as_raw();
            if own.iter().any(|other| is_issuer(&other)) {
                return "UNABLE_TO_GET_ISSUER_CERT";
            }
            let Some(issuer) = sent.iter().find(is_issuer) else {
                return if depth == 0 { "UNABLE_TO_VERIFY_LEAF_SIGNATURE" } else { "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" };
            };
            if is_self_issued(issuer) {
                return "SELF_SIGNED_CERT_IN_CHAIN";
            }
            current = issuer;
        }
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
    }
}

/// Accepts every certificate, since it is judged when the handshake is over; that the peer has its key is checked here.
#[derive(Debug)]
pub(super) struct SignaturesOnly;

impl ServerCertVerifier for SignaturesOnly {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &PROVIDER.signature_verification_algorithms;
        let verified = crypto::verify_tls12_signature(message, certificate, signed, algorithms);
        let Some(key) = key_of_version_one(&verified, certificate) else { return verified };
        let key = RawPublicKeyEntity::try_from(&key).map_err(|_| bad_signature())?;
        let mut of_scheme =
            algorithms.mapping.iter().filter(|(scheme, _)| *scheme == signed.scheme).flat_map(|(_, algorithms)| *algorithms);
        if of_scheme.any(|algorithm| key.verify_signature(*algorithm, message, signed.signature()).is_ok()) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        Err(bad_signature())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &PROVIDER.signature_verification_algorithms;
        let verified = crypto::verify_tls13_signature(message, certificate, signed, algorithms);
        match key_of_version_one(&verified, certificate) {
            Some(key) => crypto::verify_tls13_signature_with_raw_key(message, &key, signed, algorithms),
            None => verified,
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        PROVIDER.signature_verification_algorithms.supported_schemes()
    }
}

/// The key of a certificate whose form webpki does not read.
fn key_of_version_one(
    verified: &Result<HandshakeSignatureValid, Error>,
    certificate: &CertificateDer<'_>,
) -> Option<SubjectPublicKeyInfoDer<'static>> {
    is_version_one(verified).then(|| read(certificate)).flatten().map(|read| read.public_key().raw.to_vec().into())
}

fn is_version_one<T>(result: &Result<T, Error>) -> bool {
    let Err(Error::InvalidCertificate(CertificateError::Other(other))) = result else { return false };
    matches!(other.0.downcast_ref::<webpki::Error>(), Some(webpki::Error::UnsupportedCertVersion))
}

/// Whether the key of an identity belongs to its certificate.
pub(super) fn is_key_of(identity: &CertifiedKey) -> bool {
    let matched = identity.keys_match();
    if !is_version_one(&matched) {
        return matched.is_ok();
    }
    let (Some(key), Some(certificate)) = (identity.key.public_key(), identity.cert.first().and_then(read)) else { return false };
    key.as_ref() == certificate.public_key().raw
}

fn bad_signature() -> Error {
    Error::InvalidCertificate(CertificateError::BadSignature)
}

fn read<'a>(certificate: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(certificate).ok().map(|(_, read)| read)
}

fn is_self_issued(certificate: &X509Certificate<'_>) -> bool {
    certificate.subject().as_raw() == certificate.issuer().as_raw()
}

/// Whether a root does not say that it may sign nothing.
fn may_sign(root: &X509Certificate<'_>) -> bool {
    root.basic_constraints().is_ok_and(|constraints| constraints.is_none_or(|constraints| constraints.value.ca))
        && root.key_usage().is_ok_and(|usage| usage.is_none_or(|usage| usage.value.key_cert_sign()))
}

fn has_signed(root: &X509Certificate<'_>, certificate: &X509Certificate<'_>) -> bool {
    let key = SubjectPublicKeyInfoDer::from(root.public_key().raw);
    let Ok(key) = RawPublicKeyEntity::try_from(&key) else { return false };
    let (message, signature) = (certificate.tbs_certificate.as_ref(), &certificate.signature_value.data);
    let mut algorithms = PROVIDER.signature_verification_algorithms.all.iter();
    algorithms.any(|algorithm| key.verify_signature(*algorithm, message, signature).is_ok())
}

/// What is wrong with the time of a certificate.
fn of_time(certificate: &X509Certificate<'_>, now: UnixTime) -> Option<&'static str> {
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if certificate.validity().not_before.timestamp() > now {
        return Some("CERT_NOT_YET_VALID");
    }
    (certificate.validity().not_after.timestamp() < now).then_some("CERT_HAS_EXPIRED")
}

/// What is wrong with a leaf that is trusted.
fn of_leaf(leaf: &CertificateDer<'_>, now: UnixTime) -> Option<&'static str> {
    let Some(leaf) = read(leaf) else { return Some("UNABLE_TO_VERIFY_LEAF_SIGNATURE") };
    let is_for_servers = leaf.extended_key_usage().is_ok_and(|usage| usage.is_none_or(|usage| usage.value.any || usage.value.server_auth));
    of_time(&leaf, now).or((!is_for_servers).then_some("INVALID_PURPOSE"))
}

fn code_of(error: &webpki::Error) -> &'static str {
    match error {
        webpki::Error::CertExpired { .. } | webpki::Error::InvalidCertValidity => "CERT_HAS_EXPIRED",
        webpki::Error::CertNotValidYet { .. } => "CERT_NOT_YET_VALID",
        webpki::Error::InvalidSignatureForPublicKey | webpki::Error::SignatureAlgorithmMismatch => "CERT_SIGNATURE_FAILURE",
        webpki::Error::RequiredEkuNotFoundContext(_) | webpki::Error::EmptyEkuExtension => "INVALID_PURPOSE",
        webpki::Error::PathLenConstraintViolated => "PATH_LENGTH_EXCEEDED",
        webpki::Error::EndEntityUsedAsCa => "INVALID_CA",
        webpki::Error::UnsupportedCriticalExtension => "UNHANDLED_CRITICAL_EXTENSION",
        webpki::Error::NameConstraintViolation => "PERMITTED_VIOLATION",
        webpki::Error::MaximumPathDepthExceeded => "CERT_CHAIN_TOO_LONG",
        _ => "CERT_REJECTED",
    }
}
