// Where Skep answers the requests of requests.mjs otherwise than Parse Server, on purpose.

/** The parser's text, to which Skep adds a code. */
const withCode = ["text-body", "number-body", "word-body", "broken-body", "broken-body-2", "broken-body-3", "blank-body"];

/** Parse Server gives its 403 no content type. */
const unauthorized = ["no-app-id", "other-app-id", "app-id-not-a-text", "master-in-body-not-a-text", "session-in-body-not-a-text"];

/** The answer of Skep where that of Parse Server is `expected`. */
export function expectedOf(name, expected) {
  if (withCode.includes(name)) return { ...expected, body: expected.body.replace("{", '{"code":107,') };
  if (unauthorized.includes(name)) return { ...expected, headers: { "content-type": "application/json; charset=utf-8", ...expected.headers } };
  // A context is an object.
  if (name === "context-in-body-is-a-list") return { ...expected, status: 400, body: '{"code":107,"error":"Invalid object for context."}' };
  // Parse Server reads a job's name from what is no text.
  if (name === "job-unknown-by-body") return { ...expected, status: 400, body: '{"code":141,"error":"Invalid job."}' };
  return expected;
}
