//! Which platform a document is of, by what stands in it.
//!
//! Invariant: the name of a file decides nothing.

use crate::command::import::document::{Node, Syntax};

/// What is read, for the error about anything else.
pub(in crate::command::import) const EXPECTED: &str = "expected is one of: kubeless objects (apiVersion: kubeless.io/v1beta1), an OpenFaaS \
     stack.yml (provider, functions), Fission specs (apiVersion: fission.io/v1), a serverless.yml (service, provider), a SAM template (Resources \
     of AWS::Serverless::Function), a netlify.toml ([build] or [functions]), a vercel.json, a supabase/config.toml (project_id, [functions.NAME])";

/// Keys of a netlify.toml.
const NETLIFY_KEYS: &[&str] =
    &["build", "functions", "redirects", "headers", "context", "dev", "plugins", "edge_functions", "template", "images"];
/// Keys of a supabase/config.toml.
const SUPABASE_KEYS: &[&str] = &["project_id", "api", "db", "auth", "edge_runtime", "storage", "studio", "realtime", "inbucket"];
/// Keys of a vercel.json.
const VERCEL_KEYS: &[&str] = &[
    "functions",
    "crons",
    "rewrites",
    "redirects",
    "headers",
    "routes",
    "builds",
    "version",
    "buildCommand",
    "outputDirectory",
    "framework",
    "installCommand",
    "devCommand",
    "ignoreCommand",
    "cleanUrls",
    "trailingSlash",
    "regions",
    "env",
    "build",
    "public",
    "github",
    "images",
    "name",
    "alias",
    "functionFailoverRegions",
    "bunVersion",
    "git",
    "fluid",
];

/// The platforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PeerPlatform {
    Kubeless,
    OpenFaas,
    /// An object of OpenFaaS's operator, which names an image and no code.
    OpenFaasObject,
    Fission,
    Serverless,
    Sam,
    Netlify,
    Vercel,
    Supabase,
    /// An object of Kubernetes itself.
    Kubernetes,
}

/// The platform of a document.
///
/// # Errors
/// If it is of none, with what was expected.
pub(super) fn format_of(syntax: Syntax, node: &Node) -> Result<PeerPlatform, String> {
    let format = match syntax {
        Syntax::Toml => toml(node),
        Syntax::Json | Syntax::Yaml => {
            object(node).or_else(|| whole_file(node)).or_else(|| if syntax == Syntax::Json { json(node) } else { None })
        }
    };
    format.ok_or_else(|| format!("it is of no platform that is read; {EXPECTED}"))
}

fn object(node: &Node) -> Option<PeerPlatform> {
    let kind = node.text_of("kind")?;
    let version = node.text_of("apiVersion").unwrap_or_default();
    let group = version.split('/').next().unwrap_or_default();
    Some(match group {
        "kubeless.io" => PeerPlatform::Kubeless,
        // Before 2018 kubeless's functions were of this group.
        "k8s.io" if kind == "Function" => PeerPlatform::Kubeless,
        "fission.io" => PeerPlatform::Fission,
        "openfaas.com" => PeerPlatform::OpenFaasObject,
        "" if matches!(kind, "ArchiveUploadSpec" | "DeploymentConfig") => PeerPlatform::Fission,
        "" => return None,
        _ => PeerPlatform::Kubernetes,
    })
}

fn whole_file(node: &Node) -> Option<PeerPlatform> {
    let has = |key: &str| node.get(key).is_some();
    if let Some(resources) = node.get("Resources") {
        let is_aws = |(_, resource): &(String, Node)| resource.text_of("Type").is_some_and(|kind| kind.starts_with("AWS::"));
        let transform = node.get("Transform").map(Node::texts).unwrap_or_default();
        let is_sam = transform.iter().any(|name| name.starts_with("AWS::Serverless"));
        return (is_sam || resources.entries().iter().any(is_aws)).then_some(PeerPlatform::Sam);
    }
    let provider = node.get("provider")?;
    let name = provider.text().or_else(|| provider.text_of("name")).unwrap_or_default();
    let is_stack = !has("service") && (matches!(name, "openfaas" | "faas") || provider.get("gateway").is_some());
    if is_stack && has("functions") {
        return Some(PeerPlatform::OpenFaas);
    }
    has("service").then_some(PeerPlatform::Serverless)
}

fn toml(node: &Node) -> Option<PeerPlatform> {
    let keys: Vec<&str> = node.entries().iter().map(|(key, _)| key.as_str()).collect();
    let has = |known: &[&str]| keys.iter().any(|key| known.contains(key));
    // `[functions]` stands in both.
    if has(SUPABASE_KEYS) {
        return Some(PeerPlatform::Supabase);
    }
    let of_supabase =
        |(_, settings): &(String, Node)| ["verify_jwt", "import_map", "entrypoint"].iter().any(|key| settings.get(key).is_some());
    if node.get("functions").is_some_and(|functions| functions.entries().iter().any(of_supabase)) {
        return Some(PeerPlatform::Supabase);
    }
    has(NETLIFY_KEYS).then_some(PeerPlatform::Netlify)
}

fn json(node: &Node) -> Option<PeerPlatform> {
    let keys: Vec<&str> = node.entries().iter().map(|(key, _)| key.as_str()).collect();
    let schema = node.text_of("$schema").is_some_and(|schema| schema.contains("vercel"));
    let known = keys.iter().any(|key| VERCEL_KEYS.contains(key)) && !keys.iter().any(|key| matches!(*key, "dependencies" | "scripts"));
    (schema || known).then_some(PeerPlatform::Vercel)
}
