// Plain HTTP: says what came, answers with any status, compresses, redirects, never answers, and breaks connections.
import http from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

export async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function json(response, value, headers = {}, status = 200) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}

const broken = new Map(); // How many connections were broken, by a name of the function's choice.

/** How many there were since it was asked last. */
function brokenSince(name) {
  const count = broken.get(name) ?? 0;
  broken.delete(name);
  return count;
}

const COMPRESSORS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };

async function answer(request, response) {
  const { pathname, search } = new URL(request.url, "http://x");
  const [, kind, rest] = pathname.split("/");
  const body = await bodyOf(request);
  if (kind === "status") return json(response, { status: Number(rest) }, {}, Number(rest));
  if (kind === "redirect") return response.writeHead(302, { location: rest === "0" ? "/echo" : `/redirect/${rest - 1}` }).end();
  if (kind === "packed") return response.writeHead(200, { "content-type": "text/plain", "content-encoding": rest }).end(COMPRESSORS[rest]("packed ".repeat(1000)));
  if (kind === "never") return undefined;
  if (kind === "broken") return json(response, { count: brokenSince(rest) });
  if (kind === "break") {
    broken.set(rest, (broken.get(rest) ?? 0) + 1);
    return request.socket.destroy();
  }
  if (kind === "cookies") return response.writeHead(200, { "set-cookie": ["a=1", "b=2"] }).end("set");
  const { "content-type": type, "x-own": own, authorization } = request.headers;
  return json(response, { method: request.method, path: pathname + search, type: type?.split(";")[0], own, authorization, body: String(body).slice(0, 500), bytes: body.length });
}

export const echo = () => ({ server: http.createServer(answer) });
