// Where Skep answers the requests of requests.mjs otherwise than Parse Server, on purpose.

/** The parser's text, to which Skep adds a code. */
const withCode = ["text-body", "number-body", "word-body", "broken-body", "broken-body-2", "broken-body-3", "blank-body"];

/** Parse Server gives its 403 no content type. */
const unauthorized = ["no-app-id", "other-app-id", "app-id-not-a-text", "master-in-body-not-a-text", "session-in-body-not-a-text"];

/** The list of exposed headers names itself, so that the SDKs 4 to 8 see the id of a job across origins. */
const EXPOSED = "access-control-expose-headers";

function exposing(answer) {
  const exposed = answer.headers[EXPOSED];
  return exposed === undefined ? answer : { ...answer, headers: { ...answer.headers, [EXPOSED]: `${exposed}, Access-Control-Expose-Headers` } };
}

/** The answer of Skep where that of Parse Server is `expected`. */
export const expectedOf = (name, expected) => exposing(changed(name, expected));

function changed(name, expected) {
  if (withCode.includes(name)) return { ...expected, body: expected.body.replace("{", '{"code":107,') };
  if (unauthorized.includes(name)) return { ...expected, headers: { "content-type": "application/json; charset=utf-8", ...expected.headers } };
  // A context is an object.
  if (name === "context-in-body-is-a-list") return { ...expected, status: 400, body: '{"code":107,"error":"Invalid object for context."}' };
  // Parse Server reads a job's name from what is no text.
  if (name === "job-unknown-by-body") return { ...expected, status: 400, body: '{"code":141,"error":"Invalid job."}' };
  return expected;
}
