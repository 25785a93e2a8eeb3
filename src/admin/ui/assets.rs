//! The files of the page, as they are in the binary.
//!
//! `files` lists them; `routes` asks for them by name. A file is compressed, and its tag computed, when it is first asked for.
//!
//! Invariant: what a browser may keep for ever has the hash of its content in its name; everything else it asks for again.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::OnceLock;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, VARY,
};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::files::FILES;
use crate::function::hex;

/// The page itself.
const PAGE: &str = "index.html";

/// The folder of files whose names have a hash in them.
const HASHED: &str = "assets/";

/// The types of the files, by what their names end in.
const TYPES: [(&str, &str); 5] = [
    (".html", "text/html; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"),
    (".css", "text/css; charset=utf-8"),
    (".svg", "image/svg+xml"),
    (".txt", "text/plain; charset=utf-8"),
];

/// The files.
pub(super) struct Assets(Vec<Asset>);

struct Asset {
    name: &'static str,
    bytes: &'static [u8],
    /// Half of its SHA-256, in hexadecimal digits.
    tag: OnceLock<String>,
    /// Compressed; `None`: that is no shorter.
    gzip: OnceLock<Option<Bytes>>,
}

impl Default for Assets {
    fn default() -> Self {
        Self(FILES.iter().map(|&(name, bytes)| Asset { name, bytes, tag: OnceLock::new(), gzip: OnceLock::new() }).collect())
    }
}

impl Assets {
    /// The page.
    pub(super) fn page(&self, request: &HeaderMap) -> Response {
        self.file(PAGE, request).unwrap_or_default()
    }

    /// A file.
    pub(super) fn file(&self, name: &str, request: &HeaderMap) -> Option<Response> {
        self.0.iter().find(|asset| asset.name == name).map(|asset| asset.answer(request))
    }
}

impl Asset {
    fn answer(&self, request: &HeaderMap) -> Response {
        let gzip = if takes_gzip(request) { self.gzip.get_or_init(|| compressed(self.bytes)).clone() } else { None };
        let tag = format!("\"{}{}\"", self.tag(), if gzip.is_some() { "-gzip" } else { "" });
        let mut response = Response::default();
        let mut add = |name: HeaderName, value: Cow<'static, str>| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        };
        add(CACHE_CONTROL, if self.name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" }.into());
        add(VARY, "accept-encoding".into());
        add(ETAG, tag.clone().into());
        if is_known(request, &tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        add(CONTENT_TYPE, self.content_type().into());
        if gzip.is_some() {
            add(CONTENT_ENCODING, "gzip".into());
        }
        *response.body_mut() = Body::from(gzip.unwrap_or(Bytes::from_static(self.bytes)));
        response
    }

    fn tag(&self) -> &str {
        self.tag.get_or_init(|| {
            let digest = Sha256::digest(self.bytes);
            digest.iter().take(16).map(|byte| hex::write(u128::from(*byte), &mut [0; 2]).to_owned()).collect()
        })
    }

    fn content_type(&self) -> &'static str {
        TYPES.iter().find(|(end, _)| self.name.ends_with(end)).map_or("application/octet-stream", |(_, content_type)| content_type)
    }
}

/// Writing to memory does not fail; if it did, the file would be sent as it is.
fn compressed(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().filter(|compressed| compressed.len() < bytes.len()).map(Bytes::from)
}

fn takes_gzip(request: &HeaderMap) -> bool {
    let values = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    values.map(|coding| coding.split(';').map(str::trim).collect::<Vec<_>>()).any(|coding| {
        let is_refused =
            coding.iter().skip(1).any(|quality| quality.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().ok() == Some(0.0)));
        coding.first().is_some_and(|name| name.eq_ignore_ascii_case("gzip")) && !is_refused
    })
}

fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let values = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    values.map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "the list is compared with the folder that it was made of")]

    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    /// The budget of the dashboard.
    const BYTES_MAX: usize = 450 << 10;
    const GZIP_BYTES_MAX: usize = 120 << 10;

    fn folder(path: &Path, below: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{below}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                folder(&entry.path(), &format!("{name}/"), found);
            } else {
                found.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }

    #[test]
    fn the_list_is_the_folder() {
        let mut found = BTreeMap::new();
        folder(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/admin/ui/dist")), "", &mut found);
        let listed: BTreeMap<String, Vec<u8>> = FILES.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
        assert_eq!(listed.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
        assert_eq!(listed.len(), FILES.len(), "a name stands there once");
        assert!(listed == found, "a file is not as it was when it was listed");
        assert!(Assets::default().0.iter().all(|asset| asset.content_type() != "application/octet-stream"));
    }

    #[test]
    fn the_page_is_small_and_asks_for_files_that_are_there() {
        let all: usize = FILES.iter().map(|(_, bytes)| bytes.len()).sum();
        let sent: usize = FILES.iter().map(|(_, bytes)| compressed(bytes).map_or(bytes.len(), |gzip| gzip.len())).sum();
        assert!(all <= BYTES_MAX && sent <= GZIP_BYTES_MAX, "{all} bytes, {sent} compressed");
        let page = FILES.iter().find(|(name, _)| *name == PAGE).map(|(_, bytes)| std::str::from_utf8(bytes).unwrap()).unwrap();
        let mentioned: Vec<&str> = page.split('"').filter_map(|part| part.strip_prefix("/ui/")).collect();
        assert!(mentioned.len() >= 3, "{page}");
        assert!(mentioned.iter().all(|file| FILES.iter().any(|(name, _)| name == file)), "{mentioned:?}");
        assert!(page.contains("<noscript>") && page.contains("skep ls"), "a browser without scripts hears of the commands");
    }

    fn ask(name: &str, headers: &[(HeaderName, &str)]) -> Response {
        let request: HeaderMap = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        Assets::default().file(name, &request).unwrap()
    }

    fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn a_file_is_kept_by_its_tag_and_compressed_for_those_who_take_it() {
        let plain = ask(PAGE, &[]);
        assert_eq!((header(&plain, "cache-control"), header(&plain, "content-encoding")), (Some("no-cache"), None));
        let gzip = ask(PAGE, &[(ACCEPT_ENCODING, "br, gzip;q=0.5")]);
        assert_eq!((header(&gzip, "content-encoding"), header(&gzip, "vary")), (Some("gzip"), Some("accept-encoding")));
        assert_ne!(header(&plain, "etag"), header(&gzip, "etag"));
        for refused in ["gzip;q=0", "br", "identity"] {
            assert_eq!(header(&ask(PAGE, &[(ACCEPT_ENCODING, refused)]), "content-encoding"), None, "{refused}");
        }
        let tag = header(&plain, "etag").unwrap();
        for known in [tag, "*", &format!("\"x\", W/{tag}")] {
            let again = ask(PAGE, &[(IF_NONE_MATCH, known)]);
            assert_eq!(
                (again.status(), header(&again, "etag"), header(&again, "content-type")),
                (StatusCode::NOT_MODIFIED, Some(tag), None)
            );
        }
        assert_eq!(ask(PAGE, &[(IF_NONE_MATCH, "\"x\"")]).status(), StatusCode::OK);
        let script = FILES.iter().map(|(name, _)| *name).find(|name| name.ends_with(".js")).unwrap();
        assert!(header(&ask(script, &[]), "cache-control").unwrap().contains("immutable"));
    }
}
