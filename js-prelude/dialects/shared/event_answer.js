// The answer of a handler that gets events: an object of status, headers and body, as Lambda's gateways read it.
//
// shared/event_handler.js passes what a handler returned; status, headers and body go to shared/exchange.js. shared/event_stream.js makes the
// head of a stream with it.
//
// Invariant: nothing here throws: what cannot be sent has a reason in `why`, and fails its call.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayIsArray,
    ArrayPrototypeIncludes,
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    JSONParse,
    JSONStringify,
    NumberIsInteger,
    ObjectKeys,
    RegExpPrototypeExec,
    StringPrototypeSlice,
    StringPrototypeToLowerCase,
  } = primordials;
  const { describe, firstLine } = internals.errors;
  const { answer, failBadResponse } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { add, isScalar, valueOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");
  const { bytesOfBase64 } = core.loadExtScript("ext:skep/dialects/shared/event_body.js");

  const DEFAULT_TYPE = "application/json";
  const isThreeDigits = /^[0-9]{3}$/;

  const unfit = (why) => ({ __proto__: null, why, status: 0, headers: null, body: null });

  /**
   * Status, headers and body of what a handler returned. `isLoose`: of payload 2.0, where a value without `statusCode` is the body itself;
   * else it has to be an object.
   */
  function answerOf(result, isLoose) {
    try {
      if (result !== null && typeof result === "object" && typeof result.toJSON === "function") result = JSONParse(JSONStringify(result));
      const isObject = result !== null && typeof result === "object" && !ArrayIsArray(result);
      if (isLoose && (!isObject || (result.statusCode ?? null) === null)) return valueAnswer(result);
      if (!isObject) return unfit(`the handler returned ${kindOf(result)}: return { statusCode, headers, body }`);
      return objectAnswer(result, isLoose);
    } catch (error) {
      return unfit(`cannot send the answer: ${firstLine(describe(error))}`);
    }
  }

  /** What a handler returned for an event that is no request: its JSON is the answer, as AWS's own invocation has it. */
  function jsonAnswerOf(result) {
    try {
      const body = JSONStringify(result ?? null);
      if (body === undefined) return unfit(`the handler returned a ${typeof result}, which JSON cannot carry`);
      return { __proto__: null, why: "", status: 200, headers: ["content-type", DEFAULT_TYPE], body };
    } catch (error) {
      return unfit(`cannot send the answer: ${firstLine(describe(error))}`);
    }
  }

  function kindOf(value) {
    if (value === null || value === undefined) return `${value}`;
    return ArrayIsArray(value) ? "a list" : `a ${typeof value === "string" ? "text" : typeof value}`;
  }

  /** A value that is the body itself. */
  function valueAnswer(value) {
    const body = typeof value === "string" ? value : JSONStringify(value ?? null);
    if (body === undefined) return unfit(`the handler returned a ${typeof value}, which JSON cannot carry`);
    return { __proto__: null, why: "", status: 200, headers: ["content-type", DEFAULT_TYPE], body };
  }

  function objectAnswer(result, isLoose) {
    const head = headOf(result, isLoose);
    if (head.why !== "") return head;
    if (valueOf(head.headers, "content-type") === "") ArrayPrototypePush(head.headers, "content-type", DEFAULT_TYPE);
    const { body, isBase64Encoded } = result;
    if (body === null || body === undefined) return head;
    if (!isScalar(body)) return unfit("body must be a text: JSON.stringify it");
    head.body = `${body}`;
    if (isBase64Encoded !== true) return head;
    head.body = bytesOfBase64(head.body);
    return head.body === null ? unfit("isBase64Encoded is true, but body is not base64") : head;
  }

  /** Status and headers, without a default type. `takesCookies`: whether `cookies` counts. */
  function headOf(result, takesCookies) {
    const status = statusOf(result.statusCode);
    if (status === 0) return unfit(`statusCode ${shown(result.statusCode)} is not a status from 200 to 599`);
    const headers = [];
    const several = result.multiValueHeaders ?? null;
    const why = addAll(headers, several, null, "multiValueHeaders") || addAll(headers, result.headers ?? null, several, "headers") ||
      (takesCookies ? addCookies(headers, result.cookies) : "");
    return why === "" ? { __proto__: null, why, status, headers, body: null } : unfit(why);
  }

  /** A status, a text of its digits, or 200 for none; 0 if it is not one that an answer can have. */
  function statusOf(value) {
    if (value === null || value === undefined) return 200;
    const status = typeof value === "string" && RegExpPrototypeExec(isThreeDigits, value) !== null ? +value : value;
    return NumberIsInteger(status) && status >= 200 && status <= 599 ? status : 0;
  }

  const shown = (value) => {
    const text = isScalar(value) ? JSONStringify(`${value}`) : typeof value;
    return StringPrototypeSlice(text, 0, 40);
  };

  /** Adds all headers of an object. Where `several` names one too, a value that is among its values is not sent again. */
  function addAll(headers, object, several, member) {
    if (object === null) return "";
    if (typeof object !== "object" || ArrayIsArray(object)) return `${member} is not an object`;
    const names = ObjectKeys(object);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const value = object[name];
      if (several !== null && isAmong(several, name, value)) continue;
      const why = add(headers, name, value);
      if (why !== "") return why;
    }
    return "";
  }

  /** Whether `multiValueHeaders` has the value already, alone or as the text of them all. */
  function isAmong(several, name, value) {
    const lower = StringPrototypeToLowerCase(name);
    const names = ObjectKeys(several);
    for (let i = 0; i < names.length; i++) {
      if (StringPrototypeToLowerCase(names[i]) !== lower) continue;
      const values = several[names[i]];
      if (!ArrayIsArray(values)) return values === value;
      return ArrayPrototypeIncludes(values, value) || ArrayPrototypeJoin(values, ", ") === value || ArrayPrototypeJoin(values, ",") === value;
    }
    return false;
  }

  function addCookies(headers, cookies) {
    return cookies === null || cookies === undefined ? "" : add(headers, "set-cookie", cookies);
  }

  /** Sends what `answerOf`, or its like of another dialect, has made. False: it cannot be sent, and the call has failed. */
  function send(call, { why, status, headers, body }) {
    try {
      if (why === "") {
        answer(call, status, headers, body);
        return true;
      }
    } catch (error) {
      why = `cannot send the answer: ${firstLine(describe(error))}`;
    }
    failBadResponse(call, why);
    return false;
  }

  return { __proto__: null, answerOf, headOf, jsonAnswerOf, send };
})();
