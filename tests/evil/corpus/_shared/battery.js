// Uses every API of the prelude once; programs that pollute the built-ins call it afterwards.
export async function useEverything(request, ctx) {
  const uses = [
    () => new Headers({ a: "b" }).get("a"),
    () => new Request("http://x/", { method: "POST", body: "y", headers: [["a", "b"]] }).text(),
    () => new Response("x", { status: 201, headers: { a: "b" } }).text(),
    () => Response.json({ a: [1] }).json(),
    () => request.headers.get("host"),
    () => [...request.headers],
    () => request.text(),
    () => fetch("data:,x").then((answer) => answer.text()),
    () => fetch("http://127.0.0.1:1/", { headers: { a: "b" } }),
    () => structuredClone({ a: [1, new Map([[1, 2]])] }),
    () => crypto.randomUUID(),
    () => crypto.subtle.digest("SHA-256", new Uint8Array(3)),
    () => crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]),
    () => new URL("http://a/?b=c#d").searchParams.get("b"),
    () => new URLPattern({ pathname: "/:a" }).exec("http://x/y"),
    () => new TextDecoder().decode(new TextEncoder().encode("x")),
    () => console.log("%s %o", "x", { a: 1 }, [2], new Map([[1, 2]]), new Error("x")),
    () => new Blob(["x", new Uint8Array(2)]).text(),
    () => new FormData().append("a", new File(["x"], "y")),
    () => new Promise((wake) => setTimeout(wake, 1)),
    () => new Response(new ReadableStream({ start: (c) => (c.enqueue(new Uint8Array(2)), c.close()) })).text(),
    () => new Blob(["x"]).stream().pipeThrough(new CompressionStream("gzip")).getReader().read(),
    () => new ReadableStream().tee(),
    () => AbortSignal.any([AbortSignal.timeout(1), new AbortController().signal]),
    () => atob(btoa("x")),
    () => performance.mark("x"),
    () => new WebSocket("ws://127.0.0.1:1/"),
    () => new EventTarget().dispatchEvent(new Event("x")),
    () => new MessageChannel().port1.postMessage({ a: [1] }),
    () => queueMicrotask(() => {}),
    () => ctx.call("neighbour-00", "/?x=1").then((answer) => answer.text()),
    () => ctx.waitUntil(Promise.resolve()),
    () => Deno.env.toObject(),
    () => Promise.reject(new Error("nobody")) && null,
  ];
  for (let i = 0; i < uses.length; i++) {
    try {
      await uses[i]();
    } catch {}
  }
  return new Response("polluted");
}
