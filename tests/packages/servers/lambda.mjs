// A function URL of AWS Lambda, in a few lines: node calls a handler with an event of payload 2.0, and its result becomes an answer.
//
// `answers.mjs` asks it where a module exports `handler`. The response stream of `awslambda` collects what is written.
import { Writable } from "node:stream";

const STREAMS = Symbol("streams");

class ResponseStream extends Writable {
  head = {};
  pieces = [];
  _write(piece, _encoding, done) {
    this.pieces.push(piece);
    done();
  }
  setContentType(type) {
    this.head = { headers: { "content-type": type } };
  }
}

globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [STREAMS]: true }),
  HttpResponseStream: { from: (stream, head) => Object.assign(stream, { head }) },
};

function eventOf({ method, path, headers, body }) {
  const { pathname, search, searchParams } = new URL(path, "http://127.0.0.1");
  const { cookie, ...others } = headers;
  const query = {};
  for (const [name, value] of searchParams) query[name] = name in query ? `${query[name]},${value}` : value;
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookie && { cookies: cookie.split("; ") }),
    headers: { host: "127.0.0.1", ...others },
    ...(search && { queryStringParameters: query }),
    requestContext: { domainName: "127.0.0.1", http: { method, path: pathname, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "" }, requestId: "id", routeKey: "$default", stage: "$default" },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  };
}

const contextOf = (functionName) => ({ functionName, awsRequestId: "id", getRemainingTimeInMillis: () => 30_000, callbackWaitsForEmptyEventLoop: true });

/** Status, headers and the text of the body. */
export async function askLambda(handler, functionName, asked) {
  const event = eventOf(asked);
  const stream = new ResponseStream();
  let result;
  if (handler[STREAMS]) {
    const isFinished = new Promise((resolve) => stream.once("finish", resolve));
    await handler(event, stream, contextOf(functionName));
    await isFinished;
    result = { ...stream.head, body: Buffer.concat(stream.pieces).toString() };
  } else {
    result = await new Promise((resolve, reject) => {
      const promise = handler(event, contextOf(functionName), (error, value) => error ? reject(error) : resolve(value));
      promise?.then(resolve, reject);
    });
  }
  const headers = { "content-type": handler[STREAMS] ? "application/octet-stream" : "application/json" };
  for (const [name, value] of Object.entries(result.headers ?? {})) headers[name.toLowerCase()] = String(value);
  if (result.cookies?.length > 0) headers["set-cookie"] = result.cookies.length === 1 ? result.cookies[0] : result.cookies;
  const bytes = Buffer.from(result.body ?? "", result.isBase64Encoded ? "base64" : "utf8");
  return { status: result.statusCode ?? 200, headers, text: bytes.toString() };
}
