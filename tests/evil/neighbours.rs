//! The neighbours: 20 well-behaved functions, called at a fixed rate whatever happens to the host.
//!
//! Each has a thread that owes one call every 400 ms, 50 a second together. A call's time counts from the moment it was due, so that a
//! host that stalls cannot hide it by delaying the next call. Half of them keep their connection, half connect anew for each call.
//!
//! Invariant: a call is repeated only where every HTTP client repeats it, because a kept connection turned out to be closed. The repeat is
//! counted, and `oracle` allows it only where an engine was replaced; calls on new connections are never repeated.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::support::{Client, HANG, Project, Request, Response};

/// Number of neighbours.
pub const COUNT: usize = 20;

/// How often each is called.
const PERIOD: Duration = Duration::from_millis(400);

const MANIFEST: &str = "[limits]\nmemory_mb = 64\n[scale]\nmax = 2\n";

/// The code of a neighbour; each answers `<name>:<x>`, after some work of its kind.
fn source(index: usize) -> String {
    let answer = format!("`{}:${{x}}`", name(index));
    match index {
        0..6 => {
            format!("export default (request) => {{\n  const x = new URL(request.url).searchParams.get('x');\n  return {answer};\n}};\n")
        }
        6..10 => format!(
            "export default async (request) => {{\n  const x = new URL(request.url).searchParams.get('x');\n  \
             await new Promise((wake) => setTimeout(wake, 5));\n  await null;\n  return {answer};\n}};\n"
        ),
        10..14 => format!(
            "export default (request) => {{\n  const x = new URL(request.url).searchParams.get('x');\n  const left = [...{answer}];\n  \
             return new ReadableStream({{\n    async pull(controller) {{\n      await new Promise((wake) => setTimeout(wake, 1));\n      \
             if (left.length === 0) controller.close();\n      else controller.enqueue(left.splice(0, 3).join(''));\n    }},\n  }});\n}};\n"
        ),
        14..17 => format!(
            "export default async (request, ctx) => {{\n  const x = new URL(request.url).searchParams.get('x');\n  \
             const answer = await (await ctx.call('{}', '/?x=' + x)).text();\n  return {answer} + '/' + answer;\n}};\n",
            name(index - 14)
        ),
        17..19 => format!(
            "export default async (request) => {{\n  const x = new URL(request.url).searchParams.get('x');\n  \
             const digest = await crypto.subtle.digest('SHA-256', await request.arrayBuffer());\n  \
             return {answer} + '/' + digest.byteLength;\n}};\n"
        ),
        _ => format!(
            "export default (request) => {{\n  const x = new URL(request.url).searchParams.get('x');\n  \
             const list = Array.from({{ length: 2000 }}, (_, i) => ({{ key: (i * 7919) % 2003, text: String(i) }}));\n  \
             const back = JSON.parse(JSON.stringify(list.sort((a, b) => a.key - b.key)));\n  \
             return {answer} + '/' + back.length;\n}};\n"
        ),
    }
}

fn name(index: usize) -> String {
    format!("neighbour-{index:02}")
}

/// Adds them to a project.
pub fn write(project: &Project) {
    for index in 0..COUNT {
        project.write(&format!("{}/index.js", name(index)), &source(index));
        project.write(&format!("{}/function.toml", name(index)), MANIFEST);
    }
}

fn request(index: usize, x: usize) -> Request {
    let path = format!("/{}?x={x}", name(index));
    if (17..19).contains(&index) { Request::post(&path, vec![b'n'; 20_000]) } else { Request::get(&path) }
}

fn expected(index: usize, x: usize) -> String {
    let answer = format!("{}:{x}", name(index));
    match index {
        0..14 => answer,
        14..17 => format!("{answer}/{}:{x}", name(index - 14)),
        17..19 => format!("{answer}/32"),
        _ => format!("{answer}/2000"),
    }
}

/// The outcome of one call.
#[derive(Clone, Debug)]
pub struct Sample {
    /// When it was due.
    pub due: Instant,
    /// When its answer was complete.
    pub done: Instant,
    /// Why it failed.
    pub failure: Option<String>,
    /// It was sent again on a new connection.
    pub retried: bool,
}

impl Sample {
    pub fn took(&self) -> Duration {
        self.done - self.due
    }
}

/// A flag that threads can wait for.
#[derive(Default)]
pub struct Stop {
    said: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    pub fn say(&self) {
        *lock(&self.said) = true;
        self.changed.notify_all();
    }

    /// Waits until that moment or the stop; returns whether it is the stop.
    pub fn until(&self, moment: Instant) -> bool {
        let left = moment.saturating_duration_since(Instant::now());
        let said = lock(&self.said);
        *self.changed.wait_timeout_while(said, left, |said| !*said).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// The calls of the neighbours, from the start until it is dropped.
pub struct Traffic {
    stop: Arc<Stop>,
    samples: Arc<Mutex<Vec<Sample>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Traffic {
    /// Calls each neighbour once, so that all of them are loaded, and then begins.
    pub fn start(address: SocketAddr) -> Self {
        for index in 0..COUNT {
            if let Some(failure) = judge(index, 0, Caller::new(address, false).call(&request(index, 0)).0) {
                panic!("a neighbour does not work on a quiet host: {failure}");
            }
        }
        let stop = Arc::new(Stop::default());
        let samples = Arc::new(Mutex::new(Vec::new()));
        let begin = Instant::now();
        let threads: Vec<_> = (0..COUNT)
            .map(|index| {
                let (stop, samples) = (Arc::clone(&stop), Arc::clone(&samples));
                let first = begin + PERIOD * u32::try_from(index).expect("few") / u32::try_from(COUNT).expect("few");
                std::thread::spawn(move || drive(index, address, first, &stop, &samples))
            })
            .collect();
        Self { stop, samples, threads }
    }

    /// Waits until this many more calls were answered, or as long as a hang.
    pub fn wait_for(&self, calls: usize) {
        let wanted = lock(&self.samples).len() + calls;
        let deadline = Instant::now() + HANG;
        while lock(&self.samples).len() < wanted && Instant::now() < deadline {
            self.stop.until(Instant::now() + Duration::from_millis(20));
        }
    }

    /// Everything so far.
    pub fn samples(&self) -> Vec<Sample> {
        lock(&self.samples).clone()
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.stop.say();
        for thread in self.threads.drain(..) {
            // A thread that panicked has printed it; its missing calls show in the count.
            drop(thread.join());
        }
    }
}

fn drive(index: usize, address: SocketAddr, first: Instant, stop: &Stop, samples: &Mutex<Vec<Sample>>) {
    let mut caller = Caller::new(address, index.is_multiple_of(2));
    for x in 1.. {
        let due = first + PERIOD * u32::try_from(x - 1).expect("not that long");
        if stop.until(due) {
            return;
        }
        let (answer, retried) = caller.call(&request(index, x));
        let failure = judge(index, x, answer);
        lock(samples).push(Sample { due, done: Instant::now(), failure, retried });
    }
}

fn judge(index: usize, x: usize, answer: io::Result<Response>) -> Option<String> {
    let name = name(index);
    match answer {
        Err(error) => Some(format!("{name}: {error}")),
        Ok(answer) if answer.status != 200 => {
            Some(format!("{name}: {} {} {}", answer.status, answer.fault().unwrap_or("without a fault"), message(&answer)))
        }
        Ok(answer) if answer.body != expected(index, x).as_bytes() => Some(format!("{name}: wrong answer {answer}")),
        Ok(_) => None,
    }
}

fn message(answer: &Response) -> String {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body["error"]["message"].as_str().unwrap_or_default().to_owned()
}

/// A client with or without a connection to keep.
struct Caller {
    address: SocketAddr,
    keeps: bool,
    kept: Option<Client>,
}

impl Caller {
    fn new(address: SocketAddr, keeps: bool) -> Self {
        Self { address, keeps, kept: None }
    }

    /// Makes one call; returns its answer, and whether it had to be sent twice.
    fn call(&mut self, request: &Request) -> (io::Result<Response>, bool) {
        let Some(mut client) = self.kept.take() else {
            return (self.call_anew(request), false);
        };
        match client.try_exchange(request) {
            Ok(answer) => (Ok(self.keep(client, answer)), false),
            Err(error) if is_closed(&error) => (self.call_anew(request), true),
            Err(error) => (Err(error), false),
        }
    }

    fn call_anew(&mut self, request: &Request) -> io::Result<Response> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(HANG))?;
        let mut client = Client::over(stream, self.address);
        let answer = client.try_exchange(request)?;
        Ok(self.keep(client, answer))
    }

    fn keep(&mut self, client: Client, answer: Response) -> Response {
        if self.keeps && answer.header("connection") != Some("close") {
            self.kept = Some(client);
        }
        answer
    }
}

fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time that this part of the calls did not exceed.
pub fn percentile(samples: &[Sample], share: f64) -> Duration {
    let mut times: Vec<Duration> = samples.iter().map(Sample::took).collect();
    times.sort();
    let last = times.len().saturating_sub(1);
    let at = (share * last as f64).round() as usize;
    times.get(at.min(last)).copied().unwrap_or_default()
}
