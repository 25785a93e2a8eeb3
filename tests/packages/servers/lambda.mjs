// A function URL, an API Gateway and a load balancer of AWS, in a few lines: node calls a handler with their event, and its result becomes an answer.
//
// `answers.mjs` asks it where a module exports `handler`; `[lambda] event` of function.toml says whose event it is. The response stream of
// `awslambda` collects what is written.
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

/** A body is a text if its type says so, else base64. */
const IS_TEXT = /^(?:text\/|application\/(?:[^;]*[+.])?(?:json|xml|javascript)\b|application\/x-www-form-urlencoded)/i;

function bodyOf(body, headers) {
  if (body === undefined) return { body, isBase64Encoded: false };
  const isBase64Encoded = !IS_TEXT.test(headers["content-type"] ?? "text/plain");
  return { body: isBase64Encoded ? Buffer.from(body).toString("base64") : body, isBase64Encoded };
}

const lowerCase = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Every value of a name, as lists. */
function listsOf(pairs) {
  const lists = {};
  for (const [name, value] of pairs) (lists[name] ??= []).push(value);
  return lists;
}

const orNull = (object) => Object.keys(object).length > 0 ? object : null;

const events = {
  "function-url"({ method, path, headers, body }) {
    const { pathname, search, searchParams } = new URL(path, "http://127.0.0.1");
    const { cookie, ...others } = lowerCase(headers);
    const query = {};
    for (const [name, value] of searchParams) query[name] = name in query ? `${query[name]},${value}` : value;
    const { body: text, isBase64Encoded } = bodyOf(body, others);
    return {
      version: "2.0",
      routeKey: "$default",
      rawPath: pathname,
      rawQueryString: search.slice(1),
      ...(cookie && { cookies: cookie.split("; ") }),
      headers: { host: "127.0.0.1", ...others },
      ...(search && { queryStringParameters: query }),
      requestContext: { domainName: "127.0.0.1", http: { method, path: pathname, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "" }, requestId: "id", routeKey: "$default", stage: "$default" },
      ...(text !== undefined && { body: text }),
      isBase64Encoded,
    };
  },

  "apigw-v1"({ method, path, headers, body }) {
    const { pathname, searchParams } = new URL(path, "http://127.0.0.1");
    const proxy = pathname.slice(1);
    const resource = proxy === "" ? "/" : "/{proxy+}";
    const sent = { host: "127.0.0.1", ...headers };
    const { body: text, isBase64Encoded } = bodyOf(body, lowerCase(headers));
    return {
      resource,
      path: decodeURI(pathname),
      httpMethod: method,
      headers: sent,
      multiValueHeaders: listsOf(Object.entries(sent)),
      queryStringParameters: orNull(Object.fromEntries(searchParams)),
      multiValueQueryStringParameters: orNull(listsOf(searchParams)),
      pathParameters: proxy === "" ? null : { proxy },
      stageVariables: null,
      requestContext: { resourcePath: resource, httpMethod: method, path: pathname, protocol: "HTTP/1.1", stage: "$default", requestId: "id", identity: { sourceIp: "127.0.0.1", userAgent: "" } },
      body: text ?? null,
      isBase64Encoded,
    };
  },

  alb({ method, path, headers, body }) {
    const [pathname, search = ""] = path.split("?");
    const { body: text, isBase64Encoded } = bodyOf(body, lowerCase(headers));
    return {
      requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:local:000000000000:targetgroup/skep/0" } },
      httpMethod: method,
      path: pathname,
      queryStringParameters: Object.fromEntries(search.split("&").filter((pair) => pair !== "").map((pair) => [pair.split("=")[0], pair.split("=")[1] ?? ""])),
      headers: { host: "127.0.0.1", ...lowerCase(headers) },
      body: text ?? "",
      isBase64Encoded,
    };
  },
};

const contextOf = (functionName) => ({ functionName, awsRequestId: "id", getRemainingTimeInMillis: () => 30_000, callbackWaitsForEmptyEventLoop: true });

/** The headers of a result, lower case; one with several values as a list. */
function headersOf({ headers, multiValueHeaders, cookies }, type) {
  const lists = { "content-type": [type] };
  for (const [name, value] of Object.entries(headers ?? {})) lists[name.toLowerCase()] = [String(value)];
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) lists[name.toLowerCase()] = values.map(String);
  if (cookies?.length > 0) lists["set-cookie"] = cookies;
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

/** Status, headers and the text of the body. */
export async function askLambda(handler, functionName, kind, asked) {
  const event = events[kind](asked);
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
  const bytes = Buffer.from(result.body ?? "", result.isBase64Encoded ? "base64" : "utf8");
  // HTTP knows no body of an answer to HEAD.
  return { status: result.statusCode ?? 200, headers: headersOf(result, handler[STREAMS] ? "application/octet-stream" : "application/json"), text: asked.method === "HEAD" ? "" : bytes.toString() };
}
