//! The templates that a new function may start from.
//!
//! The files lie in `templates/` and are part of the binary; `new` writes them out.
//!
//! Invariant: every template works as it is, without installing anything.

/// A template that a new function may start from.
#[derive(Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name, as `--template` takes it.
    pub name: &'static str,
    /// One line for the list.
    pub summary: &'static str,
    /// Names and contents.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// The text around the function's address on curl's command line, to try it.
    pub(super) curl: (&'static str, &'static str),
}

const TYPES: (&str, &str) = ("skep.d.ts", include_str!("templates/skep.d.ts"));

/// Every template, the default first.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "typescript",
        summary: "a plain handler, with types",
        files: &[("index.ts", include_str!("templates/typescript/index.ts")), TYPES],
        curl: ("", "/ada"),
    },
    Template {
        name: "javascript",
        summary: "a plain handler",
        files: &[("index.js", include_str!("templates/javascript/index.js"))],
        curl: ("", "/ada"),
    },
    Template {
        name: "workers",
        summary: "the shape of Cloudflare Workers: export default { fetch }",
        files: &[
            ("index.ts", include_str!("templates/workers/index.ts")),
            ("function.toml", include_str!("templates/workers/function.toml")),
            TYPES,
        ],
        curl: ("", "/ada"),
    },
    Template {
        name: "deno",
        summary: "the shape of Deno and Supabase: Deno.serve",
        files: &[("index.ts", include_str!("templates/deno/index.ts"))],
        curl: (r#"--json '{"name":"Ada"}' "#, ""),
    },
    Template {
        name: "sse",
        summary: "a stream of server-sent events",
        files: &[("index.ts", include_str!("templates/sse/index.ts"))],
        curl: ("--no-buffer ", ""),
    },
    Template {
        name: "kubeless",
        summary: "the shape of kubeless: (event, context)",
        files: &[
            ("handler.ts", include_str!("templates/kubeless/handler.ts")),
            ("function.toml", include_str!("templates/kubeless/function.toml")),
            ("kubeless.d.ts", include_str!("templates/kubeless/kubeless.d.ts")),
        ],
        curl: (r#"--json '{"name":"Ada"}' "#, ""),
    },
    Template {
        name: "fission",
        summary: "the shape of Fission: (context) returns { status, body, headers }",
        files: &[
            ("index.ts", include_str!("templates/fission/index.ts")),
            ("function.toml", include_str!("templates/fission/function.toml")),
            ("fission.d.ts", include_str!("templates/fission/fission.d.ts")),
        ],
        curl: ("", "?name=Ada"),
    },
    Template {
        name: "vercel",
        summary: "the shape of Vercel: exports named by method",
        files: &[("index.ts", include_str!("templates/vercel/index.ts"))],
        curl: ("", "/ada"),
    },
    Template {
        name: "gcf",
        summary: "the shape of Google Cloud Functions: functions.http",
        files: &[("index.ts", include_str!("templates/gcf/index.ts"))],
        curl: ("", "?name=Ada"),
    },
    Template {
        name: "firebase",
        summary: "the shape of Firebase: onCall",
        files: &[
            ("index.ts", include_str!("templates/firebase/index.ts")),
            ("function.toml", include_str!("templates/firebase/function.toml")),
        ],
        curl: (r#"--json '{"data":{"name":"Ada"}}' "#, ""),
    },
    Template {
        name: "azure",
        summary: "the shape of Azure Functions: app.http",
        files: &[("index.ts", include_str!("templates/azure/index.ts"))],
        curl: ("", "/api/hello/ada"),
    },
    Template {
        name: "lambda",
        summary: "the shape of AWS Lambda: handler(event, context)",
        files: &[
            ("index.ts", include_str!("templates/lambda/index.ts")),
            ("function.toml", include_str!("templates/lambda/function.toml")),
        ],
        curl: ("", "/ada"),
    },
    Template {
        name: "openfaas",
        summary: "the shape of OpenFaaS: (event, context)",
        files: &[
            ("handler.ts", include_str!("templates/openfaas/handler.ts")),
            ("function.toml", include_str!("templates/openfaas/function.toml")),
        ],
        curl: ("", "/ada"),
    },
    Template {
        name: "netlify",
        summary: "the shape of Netlify: export default (request, context)",
        files: &[
            ("index.ts", include_str!("templates/netlify/index.ts")),
            ("function.toml", include_str!("templates/netlify/function.toml")),
        ],
        curl: ("", "/ada"),
    },
];

/// The list of templates, for people.
pub fn template_list() -> String {
    TEMPLATES.iter().map(|template| format!("{:<12}{}\n", template.name, template.summary)).collect()
}

/// The list of templates, for programs.
pub fn template_list_json() -> serde_json::Value {
    TEMPLATES.iter().map(|template| serde_json::json!({ "name": template.name, "summary": template.summary })).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_template_is_valid_code() {
        for template in TEMPLATES {
            for (name, content) in template.files.iter().filter(|(name, _)| !name.ends_with(".toml")) {
                let params = deno_ast::ParseParams {
                    specifier: deno_ast::ModuleSpecifier::parse(&format!("file:///{name}")).unwrap(),
                    text: (*content).into(),
                    media_type: deno_ast::MediaType::from_path(Path::new(name)),
                    capture_tokens: false,
                    scope_analysis: false,
                    maybe_syntax: None,
                };
                deno_ast::parse_module(params).unwrap_or_else(|error| panic!("{}/{name}: {error}", template.name));
            }
        }
    }

    #[test]
    fn templates_are_listed_for_people_and_programs() {
        assert_eq!(template_list().lines().count(), TEMPLATES.len());
        assert_eq!(template_list_json()[1]["name"], "javascript");
    }
}
