//! The functions that are compiled and called, the request that calls them, and a host that does nothing.
//!
//! `hello` and the TypeScript function are written here rather than taken from `functions/`, so that a figure names its own source; hono
//! is the example as it is, with its `node_modules`.
//!
//! Invariant: the folders live as long as their [`Functions`], and every version was built by `release::compile`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::uri::{Authority, PathAndQuery};
use tempfile::TempDir;

use skep::config::default::{DEFAULT_BOOT_CPU_MS, DEFAULT_BOOT_WALL_MS};
use skep::function::message::{Body, CallShape, Request, Response};
use skep::function::trace::TraceContext;
use skep::function::version::{Module, Version};
use skep::release::compile::compile;
use skep::release::source::{FunctionSource, discover};
use skep::runtime::fleet::FleetConfig;
use skep::runtime::ops::{ConsoleLine, HostApi, Identity};

/// The answer of `hello`.
pub const HELLO: &[u8] = br#"{"hello":"world"}"#;

const HELLO_JS: &str = "export default {\n  fetch() {\n    return Response.json({ hello: \"world\" });\n  },\n};\n";

/// One of the TypeScript function's services, except for its last two lines: types of many kinds, which the compiler removes.
const SERVICE_TS: &str = r#"
export interface Item# extends Named {
  readonly id: string;
  tags?: ReadonlyArray<Tag | `${Lowercase<string>}-#`>;
  state: State;
}

export class Service#<T extends Item# = Item#> implements Repository<T> {
  static readonly limit: number = 1_0#0;
  readonly #items = new Map<string, T>();

  constructor(private readonly clock: () => number, protected readonly log?: (line: string) => void) {}

  async find(query: Partial<Pick<T, "id" | "state">>): Promise<T[]> {
    const found = [...this.#items.values()].filter((item) => query.id === undefined || item.id === query.id) as T[];
    this.log?.(`found ${found.length} of ${this.#items.size} at ${this.clock()}`);
    return found satisfies T[];
  }

  put<K extends keyof T>(item: T, ...keys: K[]): Record<K, T[K]> {
    this.#items.set(item.id, { ...item, state: item.state ?? State.Fresh });
    return Object.fromEntries(keys.map((key) => [key, item[key]!])) as Record<K, T[K]>;
"#;

/// The functions directories of the bench, and the functions in them.
pub struct Functions {
    folder: TempDir,
    sources: Vec<(PathBuf, FunctionSource)>,
}

impl Functions {
    /// Writes the functions of the bench and finds the example.
    pub fn prepare() -> Result<Self> {
        let folder = TempDir::with_prefix("skep-micro-")?;
        for (name, file, source) in [("hello", "index.js", HELLO_JS.to_owned()), ("typescript", "index.ts", typescript())] {
            let function = folder.path().join(name);
            fs::create_dir(&function).and_then(|()| fs::write(function.join(file), source)).context("the temporary folder")?;
        }
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("functions");
        let mut sources = found(folder.path())?;
        sources.extend(found(&examples)?.into_iter().filter(|(_, source)| source.name.as_str() == "hono"));
        Ok(Self { folder, sources })
    }

    /// Compiles one of them.
    pub fn compile(&self, name: &str) -> Result<Version> {
        let (root, source) = self.source(name)?;
        compile(root, source).outcome.map_err(|error| anyhow!("{}", error.diagnostic()))
    }

    /// Lines and bytes of a function's own entry.
    pub fn size(&self, name: &str) -> Result<(usize, usize)> {
        let (_, source) = self.source(name)?;
        let entry = ["index.ts", "index.js"].map(|file| source.path.join(file)).into_iter().find(|path| path.exists());
        let text = fs::read_to_string(entry.context("an entry")?)?;
        Ok((text.lines().count(), text.len()))
    }

    fn source(&self, name: &str) -> Result<&(PathBuf, FunctionSource)> {
        self.sources.iter().find(|(_, source)| source.name.as_str() == name).with_context(|| format!("no function {name}"))
    }

    /// The folder of `hello`, for messages.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn found(root: &Path) -> Result<Vec<(PathBuf, FunctionSource)>> {
    let root = root.canonicalize()?;
    Ok(discover(&root)?.functions.into_iter().map(|source| (root.clone(), source)).collect())
}

/// 200 lines.
fn typescript() -> String {
    let mut text =
        "type Tag = \"new\" | \"old\";\nenum State { Fresh, Stale = 1 << 1, Gone }\ninterface Named { name?: string }\n".to_owned();
    text.push_str("interface Repository<T> { find(query: object): Promise<T[]>; put(item: T): unknown }\n");
    for number in 0..8 {
        // `#` alone is the number; `#items` is a private field.
        let service = SERVICE_TS.replace("#items", "\0").replace('#', &number.to_string()).replace('\0', "#items");
        let _ = write!(text, "{service}  }}\n}}\n");
    }
    text.push_str("export default async (_request: Request): Promise<Response> => {\n");
    text.push_str("  const service = new Service0(() => 0);\n  return Response.json(await service.find({}) as unknown[]);\n};\n");
    text
}

/// The same version with a remark at the end of every module: other content, so that no code cache knows it.
pub fn altered(version: &Version, number: u32) -> Arc<Version> {
    let modules = version.modules.iter().map(|(url, module)| {
        let code = format!("{}\n// {number}\n", module.code).into();
        (url.clone(), Arc::new(Module { code, ..Module::clone(module) }))
    });
    Arc::new(Version { modules: modules.collect(), ..version.clone() })
}

/// `GET /<function>` as it reaches a pool.
pub fn request() -> Arc<Request> {
    Arc::new(Request {
        method: http::Method::GET,
        scheme: "http",
        authority: Some(Authority::from_static("localhost")),
        path_and_query: PathAndQuery::from_static("/"),
        strip: 0,
        pattern: None,
        headers: http::HeaderMap::new().into(),
        trust_forwarded: false,
        trace: TraceContext { trace_id: 1, span_id: 1, parent_id: 0, flags: 0 },
        request_id: "".into(),
        remote: None,
        hops: 0,
        caller: None,
        shape: CallShape::Http,
        occurrence: None,
        job: None,
        spans: None,
    })
}

/// Whether a function answered, and `hello` with its own words.
pub fn check(response: &Response, expected: Option<&[u8]>) -> Result<()> {
    match (&response.body, expected) {
        (Body::Full(body), Some(expected)) if response.status == 200 && **body == *expected => Ok(()),
        (Body::Full(_), None) if response.status == 200 => Ok(()),
        (body, _) => bail!("answered {} with {body:?}", response.status),
    }
}

/// One worker in all, prewarmed or not, within the limits that skep has by default.
pub fn stock(warm: usize) -> FleetConfig {
    let boot_wall = Duration::from_millis(DEFAULT_BOOT_WALL_MS);
    FleetConfig {
        warm,
        max_instances: 1,
        memory_bytes: u64::MAX,
        boot_cpu: Duration::from_millis(DEFAULT_BOOT_CPU_MS),
        boot_wall,
        metrics: Arc::default(),
    }
}

/// A host that does nothing.
pub struct Silent;

impl HostApi for Silent {
    fn console(&self, _line: ConsoleLine<'_>) {}

    fn refused(&self, _identity: Option<&Identity>, _what: &str) {}

    fn listens_on(&self) -> Vec<std::net::SocketAddr> {
        Vec::new()
    }

    fn call(&self, _name: &str, _request: Request, _body: Body) -> BoxFuture<'static, Response> {
        std::future::ready(Response { status: 404, ..Response::default() }).boxed()
    }
}
