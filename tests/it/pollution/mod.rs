//! Prototype pollution: a function damages every built-in the prelude could lean on, then uses all of it.
//!
//! One function per way to do damage ([`POLLUTIONS`]); each answers in every shape there is, is left by a client in the middle, and throws. What
//! becomes of it is its own affair, as long as it has a name.
//!
//! Invariant: the process that began is the one that ends, nothing was frozen, and the function next door is right after every step.

use serde_json::Value;

use crate::support::{Client, Launch, Project, Request, Skep, Upstream, eventually};

/// Ways to damage the built-ins: a name, and JavaScript that runs once, in the first request.
const POLLUTIONS: [(&str, &str); 52] = [
    ("object-get-set", "Object.prototype.get = () => 'got'; Object.prototype.set = () => {};"),
    ("object-then", "Object.prototype.then = function (resolve) { resolve('hijacked'); };"),
    ("object-then-getter", "Object.defineProperty(Object.prototype, 'then', { get() { throw new Error('then'); }, configurable: true });"),
    ("object-value", "Object.prototype.value = 'value'; Object.prototype.done = true; Object.prototype.next = () => ({ done: true });"),
    ("object-descriptor", "Object.prototype.writable = false; Object.prototype.enumerable = false; Object.prototype.configurable = false;"),
    ("object-length", "Object.prototype.length = 2 ** 53 - 1; Object.prototype[0] = 'zero'; Object.prototype[1] = 'one';"),
    (
        "object-options",
        "for (const key of ['headers', 'body', 'method', 'signal', 'status', 'statusText', 'cause', 'type', 'start', 'pull', 'cancel', \
         'highWaterMark', 'size', 'transfer', 'mode', 'name', 'id', 'url', 'isSkepCall', 'passive', 'once', 'fatal', 'stream', 'detail']) \
         Object.defineProperty(Object.prototype, key, { get() { return key === 'id' ? 1 : undefined; }, set(v) {}, configurable: true });",
    ),
    ("object-to-json", "Object.prototype.toJSON = () => { throw new Error('toJSON'); };"),
    ("object-to-string", "Object.prototype.toString = () => { throw 1; }; Object.prototype.valueOf = () => { throw 2; };"),
    ("object-to-primitive", "Object.prototype[Symbol.toPrimitive] = () => { throw 3; };"),
    ("object-to-string-tag", "Object.defineProperty(Object.prototype, Symbol.toStringTag, { get() { throw 4; } });"),
    ("object-constructor", "Object.defineProperty(Object.prototype, 'constructor', { get() { throw 5; }, set() {} });"),
    (
        "object-proto-proxy",
        "Object.setPrototypeOf(Array.prototype, new Proxy({}, { get() { throw 6; }, has() { throw 7; }, set() { throw 8; } }));",
    ),
    ("object-error-properties", "Object.prototype[Symbol.for('errorAdditionalPropertyKeys')] = new Array(2 ** 32 - 1);"),
    ("object-null", "Object.setPrototypeOf(Function.prototype, null);"),
    ("array-zero", "Object.defineProperty(Array.prototype, '0', { set() { throw 9; }, get() { throw 10; }, configurable: true });"),
    ("array-zero-readonly", "Object.defineProperty(Array.prototype, '0', { value: 'stuck', writable: false });"),
    ("array-iterator-gone", "delete Array.prototype[Symbol.iterator];"),
    ("array-iterator-next", "Object.getPrototypeOf([][Symbol.iterator]()).next = () => { throw 11; };"),
    (
        "iterator-gone",
        "for (const C of [Array, String, Map, Set]) delete C.prototype[Symbol.iterator]; delete Headers.prototype[Symbol.iterator];",
    ),
    (
        "array-methods",
        "for (const key of Object.getOwnPropertyNames(Array.prototype)) if (key !== 'constructor') Array.prototype[key] = () => { throw 12; };",
    ),
    (
        "array-species",
        "Object.defineProperty(Array, Symbol.species, { get() { throw 13; } }); Object.defineProperty(Promise, Symbol.species, { get() { throw 14; } });",
    ),
    (
        "typed-array-species",
        "Object.defineProperty(Object.getPrototypeOf(Uint8Array), Symbol.species, { get() { throw 15; } }); Object.defineProperty(ArrayBuffer, Symbol.species, { get() { throw 16; } });",
    ),
    (
        "typed-array-length",
        "Object.defineProperty(Uint8Array.prototype, 'length', { get: () => 2 ** 40 }); Object.defineProperty(Uint8Array.prototype, 'byteLength', { get: () => -1 }); Object.defineProperty(Uint8Array.prototype, 'buffer', { get: () => null });",
    ),
    ("promise-then", "Promise.prototype.then = () => { throw 17; };"),
    ("promise-then-never", "Promise.prototype.then = function () { return new Promise(() => {}); };"),
    ("promise-constructor", "Object.defineProperty(Promise.prototype, 'constructor', { get() { throw 18; } });"),
    ("promise-replaced", "globalThis.Promise = class { constructor() { throw 19; } static resolve() { throw 20; } };"),
    ("promise-statics", "Promise.resolve = Promise.reject = Promise.all = Promise.race = () => { throw 21; };"),
    ("object-replaced", "globalThis.Object = globalThis.Array = globalThis.Map = globalThis.Set = null;"),
    ("error-null", "globalThis.Error = globalThis.TypeError = globalThis.RangeError = null;"),
    ("error-getter", "Object.defineProperty(globalThis, 'Error', { get() { throw 22; } });"),
    ("error-prepare-throws", "Error.prepareStackTrace = () => { throw 23; };"),
    ("error-prepare-odd", "Error.prepareStackTrace = (error, frames) => new Proxy(frames, { get() { throw 24; } });"),
    (
        "error-prepare-calls",
        "Error.prepareStackTrace = () => { console.log('x'); structuredClone(1); return String(new URL('http://a/')); };",
    ),
    ("error-limit-getter", "Object.defineProperty(Error, 'stackTraceLimit', { get() { throw 25; } });"),
    ("error-limit-huge", "Error.stackTraceLimit = Infinity;"),
    (
        "error-prototype",
        "for (const key of ['name', 'message', 'stack', 'cause']) Object.defineProperty(Error.prototype, key, { get() { throw 26; }, set() { throw 27; } });",
    ),
    ("function-call", "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw 28; };"),
    ("function-has-instance", "Object.defineProperty(Function.prototype, Symbol.hasInstance, { value: () => { throw 29; } });"),
    (
        "global-frozen",
        "Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(Promise.prototype); Object.freeze(globalThis.Response.prototype); Object.preventExtensions(globalThis);",
    ),
    ("global-deleted", "for (const key of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[key]; } catch {} }"),
    ("global-prototype", "Object.setPrototypeOf(globalThis, null);"),
    (
        "web-prototypes",
        "for (const C of [Response, Request, Headers, URL, URLSearchParams, Blob, FormData, AbortSignal, EventTarget, Event]) for (const key of Object.getOwnPropertyNames(C.prototype)) { try { Object.defineProperty(C.prototype, key, { get() { throw 30; }, set() { throw 31; } }); } catch {} }",
    ),
    (
        "stream-prototypes",
        "for (const C of [ReadableStream, WritableStream, TransformStream, ReadableStreamDefaultReader, ReadableStreamDefaultController, ReadableByteStreamController, WritableStreamDefaultWriter]) for (const key of Object.getOwnPropertyNames(C.prototype)) { try { C.prototype[key] = () => { throw 32; }; } catch {} }",
    ),
    ("json", "JSON.stringify = () => 1; JSON.parse = () => { throw 33; };"),
    (
        "regexp",
        "RegExp.prototype.exec = () => { throw 34; }; RegExp.prototype.test = () => ({}); RegExp.prototype[Symbol.replace] = RegExp.prototype[Symbol.split] = () => { throw 35; };",
    ),
    (
        "string-methods",
        "for (const key of Object.getOwnPropertyNames(String.prototype)) if (key !== 'constructor' && key !== 'length') { String.prototype[key] = () => { throw 36; }; }",
    ),
    (
        "reflect-proxy",
        "for (const key of Object.getOwnPropertyNames(Reflect)) Reflect[key] = () => { throw 37; }; globalThis.Reflect = globalThis.Proxy = undefined;",
    ),
    (
        "collections",
        "for (const C of [Map, Set, WeakMap, WeakSet, WeakRef, FinalizationRegistry]) for (const key of Object.getOwnPropertyNames(C.prototype)) { try { C.prototype[key] = () => { throw 38; }; } catch {} }",
    ),
    ("symbols", "Symbol.for = () => Symbol.iterator; Object.defineProperty(Symbol.prototype, 'description', { get() { throw 39; } });"),
    (
        "timers",
        "globalThis.setTimeout = globalThis.setInterval = globalThis.clearTimeout = globalThis.queueMicrotask = () => { throw 40; };",
    ),
];

/// Shapes of an answer in `uses.js` that end by themselves; the one after them streams for ever, the next is never given.
const SHAPES: usize = 9;

/// What may become of a function that damaged itself.
const FAULTS: [&str; 6] = ["threw", "bad_response", "never_settles", "wall_limit", "cpu_limit", "memory_limit"];

/// Damage to what the engine's own event loop is written in: it gives the instance up, and says so.
const ENDS_THE_LOOP: [&str; 3] = ["object-proto-proxy", "array-zero", "array-zero-readonly"];

#[test]
fn whatever_a_function_does_to_its_built_ins_it_does_to_itself() {
    let upstream = Upstream::start();
    let skep = Launch::serve(project(&upstream)).start();
    let host = host(&skep);
    let mut wrong = Vec::new();
    for (name, _) in POLLUTIONS {
        let path = format!("/p-{name}");
        for step in 0..=SHAPES {
            let answer = skep.get(&path);
            let told = answer.fault();
            let is_expected = |fault| FAULTS.contains(&fault) || (fault == "crashed" && ENDS_THE_LOOP.contains(&name));
            let is_named = if answer.status < 400 { told.is_none() } else { told.is_some_and(is_expected) };
            if !is_named {
                wrong.push(format!("{name}, request {step}: {answer}"));
            }
        }
        leave_in_the_middle(&skep, &path);
        leave_before_the_answer(&skep, &path);
        is_right(&skep, name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let after = self::host(&skep);
    assert_eq!(after["pid"], host["pid"], "the process that began is the one that ends: {after}");
    assert_eq!(after["containment"]["parked"], 0, "{after}");
    let panics = skep.log().into_iter().filter(|line| line.get("panic").is_some()).collect::<Vec<_>>();
    assert!(panics.is_empty(), "{panics:#?}");
}

fn host(skep: &Skep) -> Value {
    Client::connect(skep.admin).exchange(&Request::get("/api/v1/host")).json()
}

/// Reads the beginning of an answer that never ends, if there is one, and leaves.
fn leave_in_the_middle(skep: &Skep, path: &str) {
    let mut client = skep.connect();
    client.send(&Request::get(path));
    if client.read_head("GET").status == 200 {
        drop(client.try_read_piece());
    }
}

/// Asks for what is never answered, and leaves.
fn leave_before_the_answer(skep: &Skep, path: &str) {
    skep.connect().send(&Request::get(path).header("x-leaves", path));
}

fn is_right(skep: &Skep, after: &str) {
    let answer = eventually("an answer of the function next door", || Some(skep.get("/right?x=1")).filter(|answer| answer.status == 200));
    let url = format!("http://{}/?x=1", skep.listen);
    assert_eq!(answer.json(), serde_json::json!({ "right": [2, 4, 6], "url": url }), "after {after}");
}

fn project(upstream: &Upstream) -> Project {
    let project = Project::empty();
    project
        .write("/right/index.js", "export default (request) => Response.json({ right: [1, 2, 3].map((n) => n * 2), url: request.url });");
    project.write("/_uses/uses.js", include_str!("uses.js"));
    let limits = "[limits]\nwall_ms = 3000\ncpu_ms = 1000\n[scale]\nmax = 1\n";
    let manifest = format!("{limits}[env]\nUPSTREAM = \"http://{}/\"\n[net]\nallow = [\"127.0.0.0/8\"]\n", upstream.address);
    for (name, damage) in POLLUTIONS {
        let program = format!(
            "import {{ answer, useEverything, uses }} from \"../_uses/uses.js\";\n\
             let requests = 0;\n\
             export default (request, ctx) => {{\n\
               if (requests++ > 0) return answer(requests - 2, ctx);\n\
               const list = uses(request, ctx);\n\
               {damage}\n\
               return useEverything(list);\n\
             }};\n"
        );
        project.write(&format!("/p-{name}/index.js"), &program);
        project.write(&format!("/p-{name}/function.toml"), &manifest);
    }
    project
}
