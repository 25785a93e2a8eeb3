//! The Skep that a command talks to: a URL, a profile of `servers.toml`, or the one of this machine.
//!
//! `client` asks for it, with the flags and variables that clap has read. The file lies in `$XDG_CONFIG_HOME/skep` or `~/.config/skep`:
//!
//! ```toml
//! [production]
//! url = "https://ops.example.com"
//! token = "skep_…"
//! ```
//!
//! Invariant: an unknown key or profile is rejected with the nearest known one, and no message holds a token.
#![allow(clippy::disallowed_methods, reason = "profiles are a file, below folders that the environment names")]

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use http::Uri;
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::client_args::ServerArgs;
use crate::config::file::{line_of, nearest};
use crate::config::{ConfigError, ExitCode, hint};

/// Keys of a profile.
const KEYS: [&str; 2] = ["url", "token"];

/// A Skep to talk to.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// The URL of its admin API, without a slash at the end.
    pub url: String,
    /// The secret to send there.
    pub token: Option<String>,
    /// Warnings for the user.
    pub warnings: Vec<String>,
}

/// Never shows the token.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url).field("has_token", &self.token.is_some()).finish_non_exhaustive()
    }
}

/// Why there is no server to talk to.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The file is wrong.
    #[error(transparent)]
    File(#[from] ConfigError),
    /// The file has no such profile.
    #[error("there is no profile `{name}` in {} (a URL has `://` in it){}", path.display(), hint(nearest.as_deref()))]
    NoProfile {
        /// The name that was given.
        name: String,
        /// The file of profiles.
        path: PathBuf,
        /// The profile most like it.
        nearest: Option<String>,
    },
    /// A profile's name, but the file of profiles has no place.
    #[error("`{0}` is not a URL, and there are no profiles: neither XDG_CONFIG_HOME nor HOME is set")]
    NoHome(String),
    /// The URL cannot be that of a Skep.
    #[error("{url:?} is not the address of a Skep: {reason}")]
    Url {
        /// The URL that was given.
        url: String,
        /// The mistake in it.
        reason: String,
    },
}

impl ServerError {
    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::File(error) => error.exit_code(),
            _ => ExitCode::Usage,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    url: String,
    token: Option<String>,
}

impl Server {
    /// Decides by the arguments of a command; `admin` is the configured address of this machine.
    ///
    /// # Errors
    /// See [`ServerError`].
    pub fn of(args: &ServerArgs, admin: SocketAddr) -> Result<Self, ServerError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let mut warnings = Vec::new();
        let (url, profile_token) = match given(&args.to) {
            None => (format!("http://{}", reachable(admin)), None),
            Some(url) if url.contains("://") => (url, None),
            Some(name) => {
                let Profile { url, token } = profile(&name, file_path().as_deref(), &mut warnings)?;
                (url, token)
            }
        };
        let url = checked(url)?;
        let token = given(&args.token).or(profile_token);
        if token.is_some() && url.starts_with("http://") && !is_local(&url) {
            warnings.push(format!("the token goes to {url} unencrypted: every host on the way can read it"));
        }
        Ok(Self { url, token, warnings })
    }
}

/// An address that listens on every interface is reached on this machine's own.
fn reachable(admin: SocketAddr) -> SocketAddr {
    match admin.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::from(([127, 0, 0, 1], admin.port())),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::new(IpAddr::V6(std::net::Ipv6Addr::LOCALHOST), admin.port()),
        _ => admin,
    }
}

/// Whether a URL leads to this machine.
pub fn is_local(url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    uri.as_ref().and_then(Uri::host).is_some_and(|host| {
        host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

fn checked(url: String) -> Result<String, ServerError> {
    let reason = match url.parse::<Uri>() {
        Err(error) => Some(error.to_string()),
        Ok(uri) if !matches!(uri.scheme_str(), Some("http" | "https")) => Some("it begins with neither http:// nor https://".to_owned()),
        Ok(uri) if uri.host().is_none_or(str::is_empty) => Some("it names no host".to_owned()),
        Ok(uri) if uri.query().is_some() => Some("it has a query".to_owned()),
        Ok(uri) if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) => {
            Some("it has a user in it; give the secret by --token".to_owned())
        }
        Ok(_) => None,
    };
    match reason {
        None => Ok(url.trim_end_matches('/').to_owned()),
        Some(reason) => Err(ServerError::Url { url, reason }),
    }
}

fn file_path() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(config.join("skep").join("servers.toml"))
}

fn profile(name: &str, path: Option<&Path>, warnings: &mut Vec<String>) -> Result<Profile, ServerError> {
    let path = path.ok_or_else(|| ServerError::NoHome(name.to_owned()))?;
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }.into()),
    };
    let mut profiles = parse(path, &text)?;
    let Some(found) = profiles.remove(name) else {
        let known: Vec<String> = profiles.into_keys().collect();
        let nearest = nearest(name, &known).map(str::to_owned);
        return Err(ServerError::NoProfile { name: name.to_owned(), path: path.to_owned(), nearest });
    };
    if found.token.is_some() && is_readable_by_others(path) {
        warnings.push(format!("{} holds tokens and can be read by others: chmod 600 {0}", path.display()));
    }
    Ok(found)
}

fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// `path` is for messages only.
fn parse(path: &Path, text: &str) -> Result<BTreeMap<String, Profile>, ConfigError> {
    let malformed = |error: toml::de::Error| ConfigError::Malformed {
        path: path.to_owned(),
        line: line_of(text, error.span()),
        // The text of the error, and not of the file: that has tokens.
        message: error.message().to_owned(),
    };
    let table = DeTable::parse(text).map_err(malformed)?;
    for (name, profile) in table.get_ref() {
        let DeValue::Table(profile) = profile.get_ref() else {
            let line = line_of(text, Some(name.span()));
            let message = format!("`{}` stands outside of a profile: begin one with `[NAME]`", name.get_ref());
            return Err(ConfigError::Malformed { path: path.to_owned(), line, message });
        };
        if let Some(key) = profile.keys().find(|key| !KEYS.contains(&key.get_ref().as_ref())) {
            let known = KEYS.map(str::to_owned);
            let nearest = nearest(key.get_ref(), &known).map(str::to_owned);
            let line = line_of(text, Some(key.span()));
            return Err(ConfigError::UnknownKey { path: path.to_owned(), line, key: key.get_ref().to_string(), nearest });
        }
    }
    toml::from_str(text).map_err(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8001);

    fn of(to: Option<&str>, token: Option<&str>) -> Result<Server, ServerError> {
        Server::of(&ServerArgs { to: to.map(str::to_owned), token: token.map(str::to_owned), json: false }, ADMIN)
    }

    fn error(text: &str) -> String {
        parse(Path::new("servers.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn without_a_word_it_is_the_admin_address_of_this_machine() {
        assert_eq!(of(None, None).unwrap().url, "http://127.0.0.1:8001");
        assert_eq!(of(Some(""), Some("")).unwrap(), of(None, None).unwrap(), "a variable that is set to nothing is not set");
        let everywhere = Server::of(&ServerArgs::default(), SocketAddr::from(([0, 0, 0, 0], 1))).unwrap();
        assert_eq!(everywhere.url, "http://127.0.0.1:1");
    }

    #[test]
    fn a_url_is_taken_without_its_last_slash_and_must_be_one() {
        assert_eq!(of(Some("https://ops.example.com/skep/"), None).unwrap().url, "https://ops.example.com/skep");
        for wrong in ["ftp://x", "http://", "http://x/?a", "http://a b", "http://user:secret@x"] {
            assert_eq!(of(Some(wrong), None).unwrap_err().exit_code(), ExitCode::Usage, "{wrong}");
        }
    }

    #[test]
    fn a_token_in_the_clear_is_warned_of_unless_it_stays_on_this_machine() {
        assert_eq!(of(Some("http://ops.example.com"), Some("skep_x")).unwrap().warnings.len(), 1);
        for quiet in ["https://ops.example.com", "http://127.0.0.1:8001", "http://[::1]:1", "http://localhost:2"] {
            assert!(of(Some(quiet), Some("skep_x")).unwrap().warnings.is_empty(), "{quiet}");
        }
    }

    #[test]
    fn a_profile_is_found_by_its_name_and_a_misspelt_one_by_the_nearest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("servers.toml");
        std::fs::write(&path, "[production]\nurl = 'https://a.example'\ntoken = 'skep_1'\n[stage]\nurl = 'http://b.example'\n").unwrap();
        let mut warnings = Vec::new();
        let found = profile("production", Some(&path), &mut warnings).unwrap();
        assert_eq!((found.url.as_str(), found.token.as_deref()), ("https://a.example", Some("skep_1")));
        assert_eq!(warnings.len(), 1, "others can read it: {warnings:?}");
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        warnings.clear();
        profile("production", Some(&path), &mut warnings).unwrap();
        assert!(warnings.is_empty());
        let error = profile("prodution", Some(&path), &mut warnings).unwrap_err().to_string();
        assert!(error.contains("did you mean `production`?"), "{error}");
        assert!(profile("x", Some(Path::new("/nowhere/servers.toml")), &mut warnings).is_err());
        assert!(profile("x", None, &mut warnings).unwrap_err().to_string().contains("HOME"));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_no_message_holds_a_token() {
        assert_eq!(error("[a]\nurl = ''\ntokn = 'skep_1'"), "servers.toml:3: unknown key `tokn`; did you mean `token`?");
        assert!(error("url = 'x'").contains("begin one with `[NAME]`"));
        assert!(error("[a]\ntoken = 'skep_1'").contains("missing field `url`"));
        for text in ["[a]\nurl = 'x'\ntoken = 'skep_1", "[a]\nurl = 'x'\ntoken = ['skep_1']"] {
            assert!(!error(text).contains("skep_1"), "{}", error(text));
        }
    }
}
