// Every API of the prelude, used once by a function whose built-ins are damaged. What a use yields or throws does not matter here.
//
// The program is written so that it survives as much damage as possible: no destructuring, no spread, no iteration, no helper of its own
// that a pollution could take away. `patience` is kept from before the damage.

const patience = Promise.prototype.then;
const after = setTimeout;
const apply = Reflect.apply;

/** Waits for a promise, but not for ever: damaged promises may never settle. */
function settled(promise) {
  return new Promise((wake) => {
    after(wake, 200);
    try {
      apply(patience, promise, [wake, wake]);
    } catch {
      wake();
    }
  });
}

export function uses(request, ctx) {
  return [
    () => new Headers({ a: "b" }).get("a"),
    () => new Headers([["a", "b"], ["c", "d"]]).getSetCookie(),
    () => new Request("http://x/", { method: "POST", body: "y", headers: [["a", "b"]], signal: AbortSignal.timeout(1000) }).text(),
    () => new Request(request).headers.get("host"),
    () => request.clone().text(),
    () => request.url + request.method + request.headers.get("x-y"),
    () => [...request.headers].length,
    () => request.signal.addEventListener("abort", () => {}),
    () => new Response("x", { status: 201, headers: { a: "b" } }).text(),
    () => new Response(new Uint8Array(3)).bytes(),
    () => new Response(new Blob(["x"])).clone().arrayBuffer(),
    () => new Response(new URLSearchParams("a=b")).formData(),
    () => Response.json({ a: [1] }).json(),
    () => Response.redirect("http://x/"),
    () => Response.error().status,
    () => fetch("data:,x").then((answer) => answer.text()),
    () => fetch(ctx.env.UPSTREAM, { method: "POST", headers: { a: "b" }, body: "up" }).then((answer) => answer.text()),
    () => fetch(new Request(ctx.env.UPSTREAM)).then((answer) => answer.headers.get("x-upstream")),
    () => fetch(ctx.env.UPSTREAM, { signal: AbortSignal.abort() }),
    () => fetch("http://127.0.0.1:1/"),
    () => ctx.call("right", "/?x=1", { headers: { a: "b" } }).then((answer) => answer.text()),
    () => ctx.call("right", new Request("http://right/", { method: "POST", body: "z" })),
    () => ctx.waitUntil(Promise.resolve(1)),
    () => ctx.waitUntil(new Promise((_, reject) => after(reject, 1))),
    () => ctx.trace.traceId + ctx.requestId + ctx.function + ctx.remoteAddr.hostname,
    () => Deno.env.toObject(),
    () => console.log("%s %o %j", "x", { a: 1 }, [2], new Map([[1, 2]]), new Set([1]), new Error("x"), Symbol("s"), () => {}),
    () => console.table([{ a: 1 }]),
    () => console.error(new TypeError("x", { cause: new Error("y") })),
    () => reportError(new Error("reported")),
    () => new Promise((wake) => setTimeout(wake, 1)),
    () => clearInterval(setInterval(() => {}, 1000)),
    () => setTimeout(() => { throw new Error("late"); }, 0),
    () => queueMicrotask(() => { throw new Error("micro"); }),
    () => Promise.reject(new Error("nobody")) && null,
    () => structuredClone({ a: [1, new Map([[1, new Date()]])], b: /x/g, c: new Error("x") }),
    () => structuredClone(new ArrayBuffer(8), { transfer: [] }),
    () => new MessageChannel().port1.postMessage({ a: [1] }),
    () => crypto.randomUUID() + crypto.getRandomValues(new Uint8Array(4)),
    () => crypto.subtle.digest("SHA-256", new Uint8Array(3)),
    () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"])
      .then((pair) => crypto.subtle.exportKey("jwk", pair.privateKey))
      .then((jwk) => crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"])),
    () => new URL("/p?b=c#d", "http://a/").searchParams.get("b"),
    () => new URLSearchParams({ a: "b" }).toString(),
    () => new URLPattern({ pathname: "/:a" }).exec("http://x/y").pathname.groups.a,
    () => new TextDecoder().decode(new TextEncoder().encode("x\u20ac")),
    () => atob(btoa("x")),
    () => new Blob(["x", new Uint8Array(2)]).slice(1).text(),
    () => new FormData().append("a", new File(["x"], "y")),
    () => new Response(new ReadableStream({ start: (c) => (c.enqueue(new Uint8Array(2)), c.close()) })).text(),
    () => new ReadableStream({ pull: (c) => c.close(), type: "bytes" }).getReader({ mode: "byob" }).read(new Uint8Array(4)),
    () => new Blob(["x"]).stream().pipeThrough(new CompressionStream("gzip")).pipeThrough(new DecompressionStream("gzip")).getReader().read(),
    () => new ReadableStream().pipeTo(new WritableStream(), { signal: AbortSignal.timeout(1) }),
    () => new ReadableStream().tee()[0].cancel(),
    () => new TransformStream().writable.getWriter().write(1),
    () => AbortSignal.any([AbortSignal.timeout(1), new AbortController().signal]).throwIfAborted(),
    () => new EventTarget().dispatchEvent(new CustomEvent("x", { detail: 1 })),
    () => performance.mark("x").duration + performance.now(),
    () => new WebSocket("ws://127.0.0.1:1/").close(),
    () => new EventSource(ctx.env.UPSTREAM).close(),
    () => new DOMException("x", "AbortError").code,
    () => navigator.userAgent,
    () => new WebAssembly.Memory({ initial: 1 }).buffer.byteLength,
    () => [3, 1, 2].sort().concat([4]).includes(4) + [1, [2]].flat().join(),
    () => "a-b".split("-").length + "x".repeat(3).replaceAll("x", "y"),
    () => Array.from({ length: 3 }, (_, i) => i).map(String),
    () => new Error("x").stack.length,
    () => import("./" + "nothing.js"),
  ];
}

/** Uses everything. What each answer may look like is in `answer`. */
export async function useEverything(list) {
  for (let i = 0; i < list.length; i++) {
    try {
      await settled(list[i]());
    } catch {}
  }
}

/** One of the shapes that an answer can have, by number: see SHAPES in mod.rs. */
export function answer(shape, ctx) {
  switch (shape) {
    case 0:
      return "polluted";
    case 1:
      return { polluted: [true, null, "yes"] };
    case 2:
      return new Uint8Array([112]);
    case 3:
      return new Response("polluted", { status: 202, headers: { "x-a": "b", "content-type": "text/x" } });
    case 4:
      return Response.json({ polluted: true });
    case 5: {
      let left = 3;
      return new Response(new ReadableStream({ pull: (c) => (left-- > 0 ? c.enqueue(new TextEncoder().encode("chunk")) : c.close()) }));
    }
    case 6:
      throw new Error("thrown", { cause: new TypeError("cause") });
    case 7:
      return Promise.reject({ toString: () => "rejected" });
    case 8:
      return { then: (resolve) => resolve("then") };
    case 9:
      return new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array([112])), cancel: () => ctx.waitUntil(Promise.resolve()) }));
    default:
      after(() => {}, 1e6);
      return new Promise(() => {});
  }
}
