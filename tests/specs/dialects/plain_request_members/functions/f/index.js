const attempt = async (work) => {
  try {
    return await work() ?? null;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

export default async (request) => {
  const { cache, credentials, destination, duplex, integrity, keepalive, method, mode, redirect, referrer, referrerPolicy } = request;
  const members = { cache, credentials, destination, duplex, integrity, keepalive, method, mode, redirect, referrer, referrerPolicy };
  const clone = request.clone();
  const changed = new Request(request.clone(), { method: "PUT", headers: { "x-new": "1" }, body: "new" });
  return {
    members,
    url: new URL(request.url).href === request.url && request.url.replace(/^.*?:\/\/[^/]+/, ""),
    tag: Object.prototype.toString.call(request),
    signal: [request.signal instanceof AbortSignal, request.signal.aborted, request.signal === request.signal],
    body: [request.body === null ? null : request.body instanceof ReadableStream, request.bodyUsed],
    headers: [request.headers.get("X-Own"), request.headers.has("nothing"), await attempt(() => request.headers.set("a", "b"))],
    clone: await attempt(async () => [clone instanceof Request, await clone.text(), request.bodyUsed]),
    read: await attempt(async () => [await (request.method === "POST" ? request.json() : request.text()), request.bodyUsed]),
    again: await attempt(() => request.text()),
    changed: [changed.method, changed.headers.get("x-new"), changed.headers.get("x-own"), await changed.text()],
    readers: ["arrayBuffer", "blob", "bytes", "formData", "json", "text"].map((name) => typeof request[name]),
  };
};
