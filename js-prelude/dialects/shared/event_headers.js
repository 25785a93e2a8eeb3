// Headers of events and of their answers: looking one up, the cookies, and the check of those that a handler returns.
//
// A list of headers is flat: names in lower case and values by turns, doubles separate (shared/exchange.js).
//
// Invariant: what `add` puts into a list is a header that HTTP knows; no value carries a line break.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayIsArray, ArrayPrototypeConcat, ArrayPrototypePush, JSONStringify, ObjectHasOwn, RegExpPrototypeExec, StringPrototypeSlice,
    StringPrototypeSplit, StringPrototypeToLowerCase, StringPrototypeTrim } = primordials;
  const { setOwn } = core.loadExtScript("ext:skep/dialects/shared/event_objects.js");

  const isName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const isUnfit = /[^\t\x20-\x7e\x80-\xff]/;

  /** The host frames the answer and keeps the connection: what a function says about either is left out. */
  const isHidden = { __proto__: null, connection: true, "content-length": true, "keep-alive": true, "transfer-encoding": true, upgrade: true };

  /** The first value of a header, or "". */
  function valueOf(headers, name) {
    for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
    return "";
  }

  /** The list without one header. */
  function without(headers, name) {
    const rest = [];
    for (let i = 0; i < headers.length; i += 2) if (headers[i] !== name) ArrayPrototypePush(rest, headers[i], headers[i + 1]);
    return rest;
  }

  /** Each cookie that the client sent, as `name=value`. */
  function cookiesOf(headers) {
    const cookies = [];
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i] !== "cookie") continue;
      const parts = StringPrototypeSplit(headers[i + 1], ";");
      for (let k = 0; k < parts.length; k++) {
        const cookie = StringPrototypeTrim(parts[k]);
        if (cookie !== "") ArrayPrototypePush(cookies, cookie);
      }
    }
    return cookies;
  }

  /** The media type of a value of `content-type`, in lower case. */
  function mediaTypeOf(value) {
    return StringPrototypeToLowerCase(StringPrototypeTrim(StringPrototypeSplit(value, ";")[0]));
  }

  /** Headers of which Node keeps the first value; of others it joins them. */
  const isSingle = {
    __proto__: null, age: true, authorization: true, "content-length": true, "content-type": true, etag: true, expires: true, from: true,
    host: true, "if-modified-since": true, "if-unmodified-since": true, "last-modified": true, location: true, "max-forwards": true,
    "proxy-authorization": true, referer: true, "retry-after": true, server: true, "user-agent": true,
  };

  /** The object that Node makes of headers. */
  function nodeHeaders(headers) {
    const object = {};
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i];
      const value = headers[i + 1];
      if (name === "set-cookie") setOwn(object, name, ObjectHasOwn(object, name) ? ArrayPrototypeConcat(object[name], value) : [value]);
      else if (!ObjectHasOwn(object, name)) setOwn(object, name, value);
      else if (isSingle[name] !== true) setOwn(object, name, object[name] + (name === "cookie" ? "; " : ", ") + value);
    }
    return object;
  }

  const isScalar = (value) => typeof value === "string" || typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";

  /**
   * Adds what a handler gives as a header: a text, a number, a boolean, or a list of them; nothing for null and undefined. Returns why it cannot
   * be sent, or "".
   */
  function add(headers, name, value) {
    if (value === null || value === undefined) return "";
    if (ArrayIsArray(value)) {
      for (let i = 0; i < value.length; i++) {
        const why = ArrayIsArray(value[i]) ? `the header ${name} is a list in a list` : add(headers, name, value[i]);
        if (why !== "") return why;
      }
      return "";
    }
    if (RegExpPrototypeExec(isName, name) === null) return `${quoted(name)} is not a name of a header`;
    if (!isScalar(value)) return `the header ${name} is not a text`;
    const text = StringPrototypeTrim(`${value}`);
    if (RegExpPrototypeExec(isUnfit, text) !== null) return `the header ${name} has characters that no header can have`;
    const lower = StringPrototypeToLowerCase(name);
    if (isHidden[lower] !== true) ArrayPrototypePush(headers, lower, text);
    return "";
  }

  const quoted = (name) => JSONStringify(StringPrototypeSlice(name, 0, 40));

  return { __proto__: null, add, cookiesOf, isScalar, mediaTypeOf, nodeHeaders, valueOf, without };
})();
