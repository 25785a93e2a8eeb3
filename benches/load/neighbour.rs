//! The bad neighbours of `victim`: functions that use up shared resources, and the clients that call them all the time.
//!
//! Every one of them runs until a limit ends it and is called again at once, so that cold starts are part of the disturbance.
//!
//! Invariant: a neighbour that ended in another way than it was written to fails the run; one that sleeps would flatter the victim.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::http::{self, Parsed};
use crate::workload;

/// The neighbours that run beside the victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Neighbour {
    /// An endless loop.
    Spinner,
    /// Four endless loops, in four instances.
    Spinners,
    /// Creates and drops objects with most of its heap in use: collects garbage all the time.
    Thrasher,
    /// One of each: the row of the design's table.
    SpinnerAndThrasher,
    /// A regular expression that backtracks without end.
    Regexp,
    /// A module of 4,000 functions that is compiled anew for each call.
    Compile,
    /// 500 functions that get hot in every new instance: the optimising compilers work on the helper threads.
    Jit,
    /// WebAssembly modules, each a new one, compiled and run.
    Wasm,
    /// Promises and microtasks that never let the event loop turn.
    Promises,
    /// Console lines as fast as possible.
    Log,
}

/// The functions that make up the neighbours, and how each must end.
const PROGRAMS: [Program; 8] = [
    Program { name: "spinner", cpu_ms: 2000, source: || "export default () => { for (;;); };\n".to_owned(), ends: &["cpu_limit"] },
    Program { name: "thrasher", cpu_ms: 2000, source: || THRASHER.to_owned(), ends: &["cpu_limit", "memory_limit"] },
    Program { name: "regexp", cpu_ms: 2000, source: || REGEXP.to_owned(), ends: &["cpu_limit"] },
    Program { name: "compile", cpu_ms: 1, source: compile, ends: &["cpu_limit"] },
    Program { name: "jit", cpu_ms: 300, source: jit, ends: &["cpu_limit"] },
    Program { name: "wasm", cpu_ms: 2000, source: || WASM.to_owned(), ends: &["cpu_limit", "memory_limit"] },
    Program { name: "promises", cpu_ms: 2000, source: || PROMISES.to_owned(), ends: &["cpu_limit"] },
    Program { name: "log", cpu_ms: 2000, source: || LOG.to_owned(), ends: &["cpu_limit"] },
];

struct Program {
    name: &'static str,
    cpu_ms: u32,
    source: fn() -> String,
    /// The faults that its calls may end in.
    ends: &'static [&'static str],
}

const THRASHER: &str = "const kept = new Array(6000);\n\
    export default () => {\n  for (let i = 0; ; i++) {\n    const row = [];\n    \
    for (let j = 0; j < 100; j++) row.push({ i, j, text: `${i}:${j}` });\n    kept[(i * 7919) % kept.length] = row;\n  }\n};\n";

const REGEXP: &str = "const text = \"a\".repeat(64) + \"!\";\nexport default () => { for (;;) /^(a+)+$/.test(text); };\n";

const PROMISES: &str = "const one = async (i) => { await null; return i; };\n\
    export default async () => { for (;;) await Promise.all(Array.from({ length: 1000 }, (_, i) => one(i))); };\n";

const LOG: &str = "const line = \"log flood \".repeat(20);\nexport default () => { for (;;) console.log(line); };\n";

/// A module of 1,000 functions and one that calls them all. Every module has a constant of its own, or V8 would find it compiled.
const WASM: &str = r#"
const leb = (n) => { const out = []; do { let byte = n & 127; n >>>= 7; if (n) byte |= 128; out.push(byte); } while (n); return out; };
const section = (id, bytes) => [id, ...leb(bytes.length), ...bytes];
const COUNT = 1000;
function build(unique) {
  const bodies = [];
  for (let i = 0; i < COUNT; i++) {
    const code = [0, 0x20, 0];
    for (let j = 0; j < 40; j++) code.push(0x41, ...leb((unique * 31 + i * 7 + j) & 63), j & 1 ? 0x6a : 0x73, 0x20, 0, 0x6c);
    code.push(0x0b);
    bodies.push(...leb(code.length), ...code);
  }
  const all = [0, 0x41, ...leb(unique & 63)];
  for (let i = 0; i < COUNT; i++) all.push(0x10, ...leb(i));
  all.push(0x0b);
  bodies.push(...leb(all.length), ...all);
  const types = new Array(COUNT).fill(0);
  return new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0,
    ...section(1, [2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f]),
    ...section(3, [...leb(COUNT + 1), ...types, 1]),
    ...section(7, [1, 3, 97, 108, 108, 0, ...leb(COUNT)]),
    ...section(10, [...leb(COUNT + 1), ...bodies]),
    ...section(0, [4, 107, 101, 121, 33, unique & 255, (unique >> 8) & 255, (unique >> 16) & 255]),
  ]);
}
let unique = 0;
export default async () => {
  for (;;) {
    const module = await WebAssembly.compile(build(++unique));
    new WebAssembly.Instance(module).exports.all();
  }
};
"#;

fn compile() -> String {
    let mut source = functions(4000);
    source.push_str("for (const one of all) one(2, 3);\nexport default () => { for (;;); };\n");
    source
}

fn jit() -> String {
    let mut source = functions(500);
    source.push_str("export default () => { for (;;) for (const one of all) for (let i = 0; i < 50; i++) one(i, 3); };\n");
    source
}

fn functions(count: u32) -> String {
    let mut source = String::from("const all = [\n");
    for number in 0..count {
        let _ = writeln!(
            source,
            "  function f{number}(a, b) {{ let sum = {number}; for (let i = 0; i < a; i++) {{ sum += (a * i + b) ^ {number}; \
             if (sum & 1) sum -= b; }} return {{ sum, name: \"f{number}\" }}; }},"
        );
    }
    source.push_str("];\n");
    source
}

impl Neighbour {
    /// The programs that it consists of, each with the number of its callers.
    fn programs(self) -> &'static [(&'static str, u32)] {
        match self {
            Self::Spinner => &[("spinner", 1)],
            Self::Spinners => &[("spinner", 4)],
            Self::Thrasher => &[("thrasher", 1)],
            Self::SpinnerAndThrasher => &[("spinner", 1), ("thrasher", 1)],
            Self::Regexp => &[("regexp", 1)],
            Self::Compile => &[("compile", 1)],
            Self::Jit => &[("jit", 1)],
            Self::Wasm => &[("wasm", 1)],
            Self::Promises => &[("promises", 1)],
            Self::Log => &[("log", 1)],
        }
    }
}

/// Writes all programs into a functions directory.
pub fn write(folder: &Path) -> Result<()> {
    for Program { name, cpu_ms, source, .. } in &PROGRAMS {
        workload::write_function(folder, name, "index.js", &source())?;
        // A caller for each instance, so that four callers are four busy threads.
        let manifest = format!("[limits]\ncpu_ms = {cpu_ms}\nwall_ms = 600000\n[scale]\nmax = 4\nconcurrency = 1\n");
        workload::write_function(folder, name, "function.toml", &manifest)?;
    }
    Ok(())
}

/// The callers of one neighbour; they end with it.
pub struct Callers {
    stopping: Arc<AtomicBool>,
    callers: Vec<(TcpStream, JoinHandle<Result<Ends>>)>,
}

/// How often calls ended in which fault.
pub type Ends = BTreeMap<String, u32>;

impl Callers {
    /// Calls a neighbour from now on.
    pub fn start(neighbour: Neighbour, address: SocketAddr) -> Result<Self> {
        let mut callers = Self { stopping: Arc::default(), callers: Vec::new() };
        for (name, count) in neighbour.programs() {
            let program = PROGRAMS.iter().find(|program| program.name == *name).context("a neighbour is made of programs")?;
            for _ in 0..*count {
                let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
                let (mut own, stopping) = (stream.try_clone()?, callers.stopping.clone());
                let caller = move || call_until(&stopping, &mut own, program);
                callers.callers.push((stream, std::thread::spawn(caller)));
            }
        }
        Ok(callers)
    }

    /// Stops calling; returns how the calls ended.
    pub fn stop(mut self) -> Result<Ends> {
        self.hang_up();
        let mut sum = Ends::new();
        for (_, thread) in self.callers.drain(..) {
            let ends = thread.join().map_err(|_| anyhow::anyhow!("a caller panicked"))??;
            ends.into_iter().for_each(|(kind, count)| *sum.entry(kind).or_default() += count);
        }
        Ok(sum)
    }

    fn hang_up(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        for (stream, _) in &self.callers {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Callers {
    fn drop(&mut self) {
        self.hang_up();
    }
}

fn call_until(stopping: &AtomicBool, stream: &mut TcpStream, program: &Program) -> Result<Ends> {
    let (mut ends, mut buffer) = (Ends::new(), vec![0; 64 * 1024]);
    let request = format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", program.name);
    loop {
        let ended = call(stream, request.as_bytes(), &mut buffer);
        if stopping.load(Ordering::SeqCst) {
            return Ok(ends);
        }
        let kind = ended.with_context(|| format!("calling {}", program.name))?;
        if !program.ends.contains(&kind.as_str()) {
            bail!("{} ended in {kind} instead of {:?}", program.name, program.ends);
        }
        *ends.entry(kind).or_default() += 1;
    }
}

/// Makes one call and returns the kind of the fault that it ends in.
fn call(stream: &mut TcpStream, request: &[u8], buffer: &mut [u8]) -> Result<String> {
    stream.write_all(request)?;
    let mut filled = 0;
    loop {
        let count = stream.read(&mut buffer[filled..])?;
        ensure!(count > 0, "the server closed the connection");
        filled += count;
        if let Parsed::Whole { body, .. } = http::parse(&buffer[..filled])? {
            let answer: serde_json::Value = serde_json::from_slice(body).context("an answer that is not a fault")?;
            return Ok(answer["error"]["kind"].as_str().context("an answer that is not a fault")?.to_owned());
        }
    }
}
