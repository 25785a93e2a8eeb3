//! A SAM template: each `AWS::Serverless::Function`, and each `AWS::Lambda::Function` whose code stands in it, becomes a folder.
//!
//! Invariant: `Globals` count where a function says nothing.

use super::sam_values::{TemplateValue, value};
use super::{code, sam_events};
use crate::command::import::batch::{Batch, failed};
use crate::command::import::document::Node;
use crate::command::import::draft::Draft;
use crate::command::import::formats::leftovers;
use crate::command::import::report::Object;
use crate::command::import::settings::{ManifestTable, ManifestValue};
use crate::command::import::source::{Document, Surroundings};

const SERVERLESS: &str = "AWS::Serverless::Function";
const LAMBDA: &str = "AWS::Lambda::Function";
const USED: &[&str] = &[
    "Handler",
    "Runtime",
    "CodeUri",
    "InlineCode",
    "Code",
    "Environment",
    "Timeout",
    "MemorySize",
    "Events",
    "FunctionUrlConfig",
    "FunctionName",
    "PackageType",
    "ReservedConcurrentExecutions",
];
const OTHERS: &[(&str, &str)] = &[
    ("Description", ""),
    ("Architectures", ""),
    ("Tags", ""),
    ("Tracing", ""),
    ("AutoPublishAlias", "skep keeps versions by itself"),
    ("Policies", "skep has no IAM"),
    ("Role", "skep has no IAM"),
    ("PermissionsBoundary", "skep has no IAM"),
    ("Layers", "skep has no layers: install what they hold as packages"),
    ("VpcConfig", "see [net] for what a function may reach"),
    ("DeploymentPreference", "see `skep deploy --canary`"),
];

/// Imports a template.
pub(in crate::command::import::formats) fn import(document: &Document, surroundings: &Surroundings, batch: &mut Batch) {
    let mut others: Vec<String> = Vec::new();
    for (id, resource) in document.node.get("Resources").map(Node::entries).unwrap_or_default() {
        match resource.text_of("Type").unwrap_or_default() {
            kind @ (SERVERLESS | LAMBDA) => {
                let made = make(document, id, kind, resource, surroundings, batch);
                batch.made(made);
            }
            kind => others.push(format!("{id} ({kind})")),
        }
    }
    if !others.is_empty() {
        let object = document.object(&document.node, "template", &document.file.short);
        batch.left_out(object, &format!("skep makes no resources of AWS: {}", others.join(", ")));
    }
}

fn make(
    document: &Document,
    id: &str,
    kind: &str,
    resource: &Node,
    surroundings: &Surroundings,
    batch: &Batch,
) -> Result<Draft, Box<Object>> {
    let mut object = document.object(resource, kind.rsplit("::").next().unwrap_or(kind), id);
    let of = Properties { root: &document.node, own: resource.get("Properties") };
    let original = of.known("FunctionName").unwrap_or_else(|| id.to_owned());
    let judged = judge(&of).and_then(|handler| Ok((handler, batch.name(&original, &mut object)?)));
    let (handler, name) = match judged {
        Ok(judged) => judged,
        Err(why) => return Err(failed(object, why)),
    };
    let made_from = document.made_from(&format!("the {kind}"), id, resource);
    let mut draft = Draft::new(name, id, object, made_from);
    draft.settings.text("dialect", "lambda", "Type");
    if let Err(why) = add_code(&mut draft, document, &of, &handler, surroundings) {
        return Err(failed(draft.object, why));
    }
    limits(&mut draft, document, &of);
    environment(&mut draft, document, &of);
    sam_events::add(&mut draft, document, of.own);
    if let Some(own) = of.own {
        leftovers::tell(&mut draft.object, own, "", USED, OTHERS);
    }
    draft.packages();
    Ok(draft)
}

/// The properties of one function, and the template around it.
struct Properties<'n> {
    root: &'n Node,
    own: Option<&'n Node>,
}

impl<'n> Properties<'n> {
    fn get(&self, key: &str) -> Option<&'n Node> {
        let global = || self.root.at(&["Globals", "Function", key]);
        self.own.and_then(|own| own.get(key)).or_else(global)
    }

    /// The text of a property, if the template settles it.
    fn known(&self, key: &str) -> Option<String> {
        match value(self.root, self.get(key)?) {
            TemplateValue::Known(text) => Some(text),
            TemplateValue::Secret(_) | TemplateValue::Unknown(_) => None,
        }
    }
}

/// Whether Skep can run the function; then its handler.
fn judge(of: &Properties<'_>) -> Result<String, String> {
    if of.known("PackageType").is_some_and(|kind| kind == "Image") {
        return Err("it runs an image: there is no code to import".to_owned());
    }
    code::judge_runtime(&of.known("Runtime").ok_or("the template does not say its runtime")?)?;
    of.known("Handler").ok_or_else(|| "it has no `Handler`".to_owned())
}

fn add_code(draft: &mut Draft, document: &Document, of: &Properties<'_>, handler: &str, surroundings: &Surroundings) -> Result<(), String> {
    let handler_origin = of.get("Handler").map(|node| document.origin("Handler", node)).unwrap_or_default();
    let inline = of.get("InlineCode").or_else(|| of.get("Code").and_then(|code| code.get("ZipFile")));
    if let Some(text) = inline {
        let text = text.text().ok_or_else(|| format!("its code is {}, which only CloudFormation knows", text.shown()))?;
        return code::inline(draft, text, handler, handler_origin);
    }
    let uri = of.get("CodeUri").or_else(|| of.get("Code"));
    let folder = match uri {
        None => ".",
        Some(uri) => uri.text().ok_or("its code is in S3: import the folder that was packed, or its template")?,
    };
    if folder.contains("://") {
        return Err(format!("its code is at {folder}, and skep fetches nothing"));
    }
    let own = document.file.short.clone();
    let project = surroundings.project(document, false)?;
    code::add(draft, &project, folder, handler, handler_origin, &|path| path != own && !path.ends_with("samconfig.toml"))
}

fn limits(draft: &mut Draft, document: &Document, of: &Properties<'_>) {
    let whole = |key: &str| Some((of.get(key)?, of.known(key)?.parse::<u64>().ok()?));
    if let Some((node, seconds)) = whole("Timeout") {
        draft.time("wall_ms", seconds.saturating_mul(1000), &document.origin("Timeout", node));
    }
    if let Some((node, megabytes)) = whole("MemorySize") {
        draft.memory(&format!("{megabytes}Mi"), &document.origin("MemorySize", node));
    }
    if let Some((node, number)) = whole("ReservedConcurrentExecutions") {
        draft.settings.set(
            ManifestTable::Scale,
            "max",
            ManifestValue::Whole(number.clamp(1, 1024)),
            document.origin("ReservedConcurrentExecutions", node),
        );
    }
}

fn environment(draft: &mut Draft, document: &Document, of: &Properties<'_>) {
    let global = of.root.at(&["Globals", "Function", "Environment", "Variables"]).map(Node::entries).unwrap_or_default();
    let own = of.own.and_then(|own| own.at(&["Environment", "Variables"])).map(Node::entries).unwrap_or_default();
    for (key, node) in global.iter().filter(|(key, _)| !own.iter().any(|(name, _)| name == key)).chain(own) {
        match value(of.root, node) {
            TemplateValue::Known(text) if text.contains("{{resolve:") => draft.secret(key, &format!("was {text}")),
            TemplateValue::Known(text) => draft.env(key, &text, &document.origin(&format!("Environment.Variables.{key}"), node)),
            TemplateValue::Secret(shown) => draft.secret(key, &format!("was {shown}")),
            TemplateValue::Unknown(shown) if shown.contains("{{resolve:") => draft.secret(key, &format!("was {shown}")),
            TemplateValue::Unknown(shown) => draft.variable(key, &format!("was {shown}, which only CloudFormation knows")),
        }
    }
}
