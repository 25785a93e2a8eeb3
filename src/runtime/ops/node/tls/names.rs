//! The words of Node, which are those of OpenSSL, for what rustls says.
//!
//! `machine` asks for them, and `config` for the cipher suites that a list of the function names.
//!
//! Invariant: a name that is not known is refused or left out, never guessed.

use deno_tls::rustls::{AlertDescription, CipherSuite, Error, PeerMisbehaved, ProtocolVersion, SupportedCipherSuite};

/// A cipher suite: its name in OpenSSL, and that of the standard.
const SUITES: &[(CipherSuite, &str, &str)] = &[
    (CipherSuite::TLS13_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
    (CipherSuite::TLS13_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
    (CipherSuite::TLS13_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"),
    (CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
    (CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    (CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    (
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        "ECDHE-RSA-CHACHA20-POLY1305",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
];

/// The names of a suite in OpenSSL and in the standard.
pub(super) fn of_suite(suite: SupportedCipherSuite) -> (&'static str, &'static str) {
    let found = SUITES.iter().find(|(known, _, _)| *known == suite.suite());
    found.map(|(_, name, standard)| (*name, *standard)).unwrap_or_default()
}

/// The suite that a list means by a name: OpenSSL's, or that of the standard.
pub(super) fn suite_of(name: &str) -> Option<CipherSuite> {
    SUITES.iter().find(|(_, known, standard)| *known == name || *standard == name).map(|(suite, _, _)| *suite)
}

pub(super) fn of_version(version: ProtocolVersion) -> &'static str {
    match version {
        ProtocolVersion::TLSv1_2 => "TLSv1.2",
        ProtocolVersion::TLSv1_3 => "TLSv1.3",
        _ => "unknown",
    }
}

/// The code and the message of an error.
pub(super) fn of_error(error: &Error) -> (String, String) {
    let (code, reason) = match error {
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::InvalidMessage(_) => ("WRONG_VERSION_NUMBER", "wrong version number"),
        Error::PeerIncompatible(_) => ("UNSUPPORTED_PROTOCOL", "unsupported protocol"),
        Error::DecryptError => ("DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "decryption failed or bad record mac"),
        Error::PeerMisbehaved(PeerMisbehaved::TooManyKeyUpdateRequests) => ("TOO_MANY_KEY_UPDATES", "too many key updates"),
        Error::PeerMisbehaved(PeerMisbehaved::TooManyWarningAlertsReceived) => ("TOO_MANY_WARN_ALERTS", "too many warn alerts"),
        Error::NoApplicationProtocol => ("NO_APPLICATION_PROTOCOL", "no application protocol"),
        Error::PeerSentOversizedRecord => ("PACKET_LENGTH_TOO_LONG", "packet length too long"),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => ("UNEXPECTED_MESSAGE", "unexpected message"),
        Error::InvalidCertificate(_) => ("BAD_SIGNATURE", "bad signature"),
        _ => ("INTERNAL_ERROR", "internal error"),
    };
    (format!("ERR_SSL_{code}"), format!("SSL routines::{reason} ({error})"))
}

fn of_alert(alert: AlertDescription) -> (&'static str, &'static str) {
    match alert {
        AlertDescription::UnexpectedMessage => ("SSLV3_ALERT_UNEXPECTED_MESSAGE", "sslv3 alert unexpected message"),
        AlertDescription::BadRecordMac => ("SSLV3_ALERT_BAD_RECORD_MAC", "sslv3 alert bad record mac"),
        AlertDescription::BadCertificate => ("SSLV3_ALERT_BAD_CERTIFICATE", "sslv3 alert bad certificate"),
        AlertDescription::UnsupportedCertificate => ("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "sslv3 alert unsupported certificate"),
        AlertDescription::CertificateRevoked => ("SSLV3_ALERT_CERTIFICATE_REVOKED", "sslv3 alert certificate revoked"),
        AlertDescription::CertificateExpired => ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "sslv3 alert certificate expired"),
        AlertDescription::CertificateUnknown => ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "sslv3 alert certificate unknown"),
        AlertDescription::IllegalParameter => ("SSLV3_ALERT_ILLEGAL_PARAMETER", "sslv3 alert illegal parameter"),
        AlertDescription::UnknownCA => ("TLSV1_ALERT_UNKNOWN_CA", "tlsv1 alert unknown ca"),
        AlertDescription::AccessDenied => ("TLSV1_ALERT_ACCESS_DENIED", "tlsv1 alert access denied"),
        AlertDescription::DecodeError => ("TLSV1_ALERT_DECODE_ERROR", "tlsv1 alert decode error"),
        AlertDescription::DecryptError => ("TLSV1_ALERT_DECRYPT_ERROR", "tlsv1 alert decrypt error"),
        AlertDescription::ProtocolVersion => ("TLSV1_ALERT_PROTOCOL_VERSION", "tlsv1 alert protocol version"),
        AlertDescription::InsufficientSecurity => ("TLSV1_ALERT_INSUFFICIENT_SECURITY", "tlsv1 alert insufficient security"),
        AlertDescription::InternalError => ("TLSV1_ALERT_INTERNAL_ERROR", "tlsv1 alert internal error"),
        AlertDescription::UserCanceled => ("TLSV1_ALERT_USER_CANCELLED", "tlsv1 alert user cancelled"),
        AlertDescription::NoRenegotiation => ("TLSV1_ALERT_NO_RENEGOTIATION", "tlsv1 alert no renegotiation"),
        AlertDescription::UnrecognisedName => ("TLSV1_UNRECOGNIZED_NAME", "tlsv1 unrecognized name"),
        AlertDescription::CertificateRequired => ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required"),
        AlertDescription::NoApplicationProtocol => ("TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "tlsv1 alert no application protocol"),
        _ => ("SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure"),
    }
}
