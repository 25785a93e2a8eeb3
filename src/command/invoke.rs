//! `skep invoke`: calls a function without a server.
//!
//! Invariant: the body of the answer goes to standard output byte by byte, everything else to standard error, so that it can be piped.

use std::io::{Read as _, Write as _};
use std::time::Instant;

use bytes::Bytes;
use http::Method;
use http::header::HeaderValue;
use http::uri::PathAndQuery;

use crate::app::{Core, StartError};
use crate::config::{Config, ExitCode, InvokeArgs, Payload};
use crate::fault::{Fault, Kind};
use crate::function::Dialect;
use crate::function::message::{Body, BodyError, CallShape, RAW_EVENT, Request};
use crate::function::text::clean;
use crate::invoke::{BodyEnd, Invocation, InvocationOrigin, Target};
use crate::live::Endpoint;
use crate::release::check;

/// Calls one function once.
///
/// # Errors
/// If the functions cannot be read at all.
pub fn run(config: &Config, args: &InvokeArgs) -> Result<ExitCode, StartError> {
    let core = Core::start(config)?;
    let catalog = core.open_functions(config)?;
    if !catalog.endpoints().contains_key(args.name.as_str()) {
        let hint = core.live.table().nearest(&args.name).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        eprintln!("error: there is no function `{}` in {}{hint}", args.name, config.functions.display());
        return Ok(ExitCode::Usage);
    }
    let (request, body) = match request(args) {
        Ok(request) => request,
        Err(why) => {
            eprintln!("error: {why}");
            return Ok(ExitCode::Usage);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if args.raw_event
        && let Some(endpoint) = catalog.endpoints().get(args.name.as_str())
        && let Err(why) = runtime.block_on(takes_events(&core, endpoint))
    {
        eprintln!("error: {why}");
        return Ok(ExitCode::Usage);
    }
    let started = Instant::now();
    let outcome = runtime.block_on(call(&core, &args.name, request, body, args.json));
    match outcome {
        Ok(answer) => {
            answer.print(args.json, started);
            Ok(ExitCode::Ok)
        }
        Err(fault) => {
            print_fault(&fault, args.json);
            Ok(ExitCode::FunctionFault)
        }
    }
}

/// Whether the function's handler takes events. One that does not load takes the call all the same, and its fault says why.
async fn takes_events(core: &Core, endpoint: &Endpoint) -> Result<(), String> {
    let Ok(pool) = endpoint.live.make() else { return Ok(()) };
    match check::boot(pool.version().clone(), &core.fleet).await {
        Ok(loaded) if loaded.dialect != Dialect::Lambda => {
            Err(format!("`{}` is a handler of the dialect {}: --raw-event is for those of lambda", endpoint.name, loaded.dialect))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

fn request(args: &InvokeArgs) -> Result<(Request, Body), String> {
    let body = match &args.data {
        None => Body::Empty,
        Some(Payload::Text(text)) => Body::Full(Bytes::from(text.clone())),
        Some(Payload::File(path)) => {
            Body::Full(std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?.into())
        }
        Some(Payload::Stdin) => {
            let mut data = Vec::new();
            std::io::stdin().read_to_end(&mut data).map_err(|error| format!("cannot read standard input: {error}"))?;
            Body::Full(data.into())
        }
    };
    let default = if matches!(body, Body::Empty) { Method::GET } else { Method::POST };
    let path = if args.path.starts_with('/') { args.path.clone() } else { format!("/{}", args.path) };
    let path_and_query: PathAndQuery = path.parse().map_err(|error| format!("{path:?} is not a path: {error}"))?;
    let mut headers = http::HeaderMap::new();
    for header in &args.headers {
        headers.append(header.name.clone(), header.value.clone());
    }
    if args.raw_event {
        headers.insert(RAW_EVENT, HeaderValue::from_static("1"));
    }
    let shape = if args.raw_event { CallShape::RawEvent } else { CallShape::Http };
    let mut request = Request::made_here(args.method.clone().unwrap_or(default), path_and_query, "invoke", shape);
    request.headers = headers.into();
    Ok((request, body))
}

struct CallResult {
    status: u16,
    headers: http::HeaderMap,
    body: Vec<u8>,
}

/// Calls the function; without `--json` a streaming body is printed as it comes.
async fn call(core: &Core, name: &str, request: Request, body: Body, collect: bool) -> Result<CallResult, Fault> {
    let mut invocation = Invocation::of(InvocationOrigin::Command, &request);
    let response = match core.invoker.invoke(&mut invocation, Target::Name(name), request, || body).await {
        Ok(response) => invocation.end_with(response),
        Err(fault) => {
            invocation.failed(fault.clone());
            invocation.end(&BodyEnd::Whole);
            return Err(fault);
        }
    };
    let mut answer = CallResult { status: response.status, headers: response.headers, body: Vec::new() };
    if !collect {
        answer.print_head();
    }
    let mut sink = |chunk: &[u8]| {
        if collect {
            answer.body.extend_from_slice(chunk);
        } else {
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(chunk);
            let _ = out.flush();
        }
    };
    match response.body {
        Body::Empty => {}
        Body::Full(bytes) => sink(&bytes),
        Body::Stream(mut stream) => {
            while let Some(frame) = std::future::poll_fn(|cx| stream.as_mut().poll_frame(cx)).await {
                let frame = frame.map_err(|error: BodyError| Fault::new(Kind::Threw, format!("the body was cut: {error}")))?;
                if let Ok(chunk) = frame.into_data() {
                    sink(&chunk);
                }
            }
        }
    }
    Ok(answer)
}

impl CallResult {
    fn print_head(&self) {
        eprintln!("{}", self.status);
        for (name, value) in &self.headers {
            eprintln!("{name}: {}", clean(&String::from_utf8_lossy(value.as_bytes())));
        }
        eprintln!();
    }

    fn print(&self, json: bool, started: Instant) {
        if !json {
            // Head and body are out already.
            let _ = std::io::stdout().flush();
            return;
        }
        let headers: Vec<(&str, String)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect();
        let report = serde_json::json!({
            "status": self.status,
            "headers": headers,
            "body": String::from_utf8_lossy(&self.body),
            "wall_ms": started.elapsed().as_secs_f64() * 1e3,
        });
        println!("{report:#}");
    }
}

fn print_fault(fault: &Fault, json: bool) {
    let facts = fault.facts();
    if json {
        let report = serde_json::json!({ "error": {
            "kind": facts.kind.label(), "message": facts.message, "limit": facts.limit, "used": facts.used, "detail": facts.detail.as_deref(),
        }});
        println!("{report:#}");
        return;
    }
    eprintln!("fault {}: {}", facts.kind, clean(&facts.message));
    if let (Some(limit), Some(used)) = (&facts.limit, &facts.used) {
        eprintln!("limit {limit}, used {used}");
    }
    for line in facts.detail.iter().flat_map(|detail| detail.lines()) {
        eprintln!("{}", clean(line));
    }
}
