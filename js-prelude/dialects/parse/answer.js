// Answers of the Parse dialect: results, errors in Parse's words, and the headers that every answer has.
//
// parse/serve.js decides what to answer; it goes out through dialects/shared/exchange.js.
//
// Invariant: nothing that a function throws or returns keeps its call from an answer.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayIsArray,
    ArrayPrototypePush,
    ErrorPrototype,
    JSONStringify,
    ObjectKeys,
    ObjectPrototypeIsPrototypeOf,
    RangeErrorPrototype,
    RegExpPrototypeExec,
    StringPrototypeToLowerCase,
  } = primordials;
  const { answer } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");

  const JSON_TYPE = "application/json; charset=utf-8";
  const TEXT = "text/plain; charset=utf-8";

  // The SDK looks for the id of a job by splitting the last one at ", ". On a page of another origin it can only because the list names itself,
  // which Parse Server's does not.
  const CORS = [
    "access-control-allow-origin",
    "*",
    "access-control-allow-methods",
    "GET,PUT,POST,DELETE,OPTIONS",
    "access-control-allow-headers",
    "X-Parse-Master-Key, X-Parse-REST-API-Key, X-Parse-Javascript-Key, X-Parse-Application-Id, X-Parse-Client-Version, X-Parse-Session-Token, X-Requested-With, X-Parse-Revocable-Session, X-Parse-Request-Id, Content-Type, Pragma, Cache-Control",
    "access-control-expose-headers",
    "X-Parse-Job-Status-Id, X-Parse-Push-Status-Id, Access-Control-Expose-Headers",
  ];

  // Codes of Parse.Error that Skep itself answers with.
  const INTERNAL_SERVER_ERROR = 1;
  const OBJECT_NOT_FOUND = 101;
  const INVALID_JSON = 107;
  const SCRIPT_FAILED = 141;
  const VALIDATION_ERROR = 142;

  /** Headers of an answer: those of a function come in the place of the host's. */
  function headersOf(type, own) {
    const headers = [];
    const names = own === null ? [] : ObjectKeys(own);
    const taken = { __proto__: null };
    for (let i = 0; i < names.length; i++) {
      const name = StringPrototypeToLowerCase(names[i]);
      taken[name] = true;
      const value = own[names[i]];
      if (!ArrayIsArray(value)) ArrayPrototypePush(headers, name, name === "content-type" ? withCharset(`${value}`) : `${value}`);
      else for (let j = 0; j < value.length; j++) ArrayPrototypePush(headers, name, `${value[j]}`);
    }
    if (taken["content-type"] === undefined) ArrayPrototypePush(headers, "content-type", type);
    for (let i = 0; i < CORS.length; i += 2) if (taken[CORS[i]] === undefined) ArrayPrototypePush(headers, CORS[i], CORS[i + 1]);
    return headers;
  }

  /** Express adds the charset to the types of texts. */
  function withCharset(type) {
    const isText = RegExpPrototypeExec(/^(?:text\/|application\/(?:json|javascript|xml)\s*(?:;|$))/i, type) !== null;
    return isText && RegExpPrototypeExec(/;\s*charset\s*=/i, type) === null ? `${type}; charset=utf-8` : type;
  }

  const sendJson = (call, status, text, own = null) => answer(call, status, headersOf(JSON_TYPE, own), text);

  const sendText = (call, status, text) => answer(call, status, headersOf(TEXT, null), text);

  /** The status of an error with this code. SDKs repeat a call whose status is 500 or more. */
  const statusOf = (code) => code === INTERNAL_SERVER_ERROR ? 500 : code === OBJECT_NOT_FOUND ? 404 : 400;

  /** Sends `{ code, error }`. */
  function sendError(call, { code, error }) {
    let text;
    try {
      text = JSONStringify({ __proto__: null, code, error });
    } catch {
      text = JSONStringify({ __proto__: null, code: SCRIPT_FAILED, error: "Script failed." });
    }
    sendJson(call, statusOf(code), text);
  }

  /** Whether a value is an error of the SDK. A function may have put anything in the place of its class. */
  function isParseError(value, sdk) {
    try {
      return value instanceof sdk.Error;
    } catch {
      return false;
    }
  }

  /** What was thrown as a code and a text (or another value): Parse Server's `resolveError`. Getters of the function run here. */
  function resolveError(thrown, sdk, code, text) {
    try {
      if (!thrown) return { __proto__: null, code, error: text };
      if (isParseError(thrown, sdk)) return { __proto__: null, code: thrown.code, error: thrown.message };
      if (typeof thrown === "string") return { __proto__: null, code, error: thrown };
      const { message } = thrown;
      if (message) return { __proto__: null, code, error: message };
      const isEmpty = message === "" || ObjectPrototypeIsPrototypeOf(ErrorPrototype, thrown);
      return { __proto__: null, code, error: isEmpty ? text : thrown };
    } catch {
      return { __proto__: null, code, error: text };
    }
  }

  const scriptFailed = (thrown, sdk) => resolveError(thrown, sdk, SCRIPT_FAILED, "Script failed.");

  const validationFailed = (thrown, sdk) => resolveError(thrown, sdk, VALIDATION_ERROR, "Validation failed.");

  /** The JSON text `{"result":...}` of what a function returned. Throws what keeps it from being one. */
  function encodeResult(name, value, encode) {
    try {
      return JSONStringify({ __proto__: null, [name]: encode(value) });
    } catch (error) {
      if (ObjectPrototypeIsPrototypeOf(RangeErrorPrototype, error)) throw "Tried to encode a cycle, or a value that nests too deep.";
      throw error;
    }
  }

  return {
    __proto__: null,
    encodeResult,
    INVALID_JSON,
    isParseError,
    resolveError,
    scriptFailed,
    sendError,
    sendJson,
    sendText,
    validationFailed,
  };
})();
