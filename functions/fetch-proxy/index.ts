// Proxies a request: `/fetch-proxy?url=https://example.com/` sends method, headers and body on and streams the answer back.
// The trace goes along by itself. The host refuses private addresses unless `[net] allow` in function.toml opens them.
import { problem } from "../_shared/problem.ts";

const TIMEOUT_MS = 10_000;

// They speak of one connection only, or the host writes them afresh.
const NOT_FORWARDED = ["connection", "host", "keep-alive", "te", "transfer-encoding", "upgrade"];
// `fetch` has taken the coding off already, so neither the coding nor the length is true any more.
const NOT_RETURNED = ["connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"];

export default async function proxy(request: Request): Promise<Response> {
  const wanted = new URL(request.url).searchParams.get("url");
  if (!wanted) {
    return problem(400, "No target", "Say where to go: /fetch-proxy?url=https://example.com/");
  }
  const target = URL.parse(wanted);
  if (!target || !["http:", "https:"].includes(target.protocol)) {
    return problem(400, "Bad target", `Not an http or https address: ${wanted}`);
  }

  try {
    const answer = await fetch(target, {
      method: request.method,
      headers: without(request.headers, NOT_FORWARDED),
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return new Response(answer.body, {
      status: answer.status,
      headers: without(answer.headers, NOT_RETURNED),
    });
  } catch (reason) {
    return explain(reason, target);
  }
}

function explain(reason: unknown, target: URL): Response {
  if (reason instanceof DOMException && reason.name === "TimeoutError") {
    return problem(504, "Target too slow", `${target.host} did not answer within ${TIMEOUT_MS} ms`);
  }
  return problem(502, "Target not reached", `${target.host}: ${reason instanceof Error ? reason.message : reason}`);
}

function without(headers: Headers, names: string[]): Headers {
  const kept = new Headers(headers);
  for (const name of names) kept.delete(name);
  return kept;
}
