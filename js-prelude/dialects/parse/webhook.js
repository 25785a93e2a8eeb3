// The other direction: a Parse Server calls a function of this host as its webhook.
//
// parse/serve.js passes requests of `{mount}/webhooks/NAME`; the function is the same one that clients call.
//
// Invariant: without the right webhook key nothing runs, and an answer is a success or a text that is not empty.

(function () {
  const { core, primordials } = __bootstrap;
  const { JSONStringify, ObjectPrototypeToString, String } = primordials;
  const { encodeResult, scriptFailed, sendJson } = core.loadExtScript("ext:skep/dialects/parse/answer.js");
  const { paramsOf, parseBody } = core.loadExtScript("ext:skep/dialects/parse/body.js");
  const { isKey } = core.loadExtScript("ext:skep/dialects/parse/keys.js");
  const { userFrom } = core.loadExtScript("ext:skep/dialects/parse/users.js");
  const { run } = core.loadExtScript("ext:skep/dialects/parse/run.js");

  const isPlain = (value) => ObjectPrototypeToString(value) === "[object Object]";

  /** The text of an error; an empty one would be a success to Parse Server. */
  function textOf(error) {
    if (typeof error === "string" && error !== "") return error;
    try {
      return (typeof error === "object" ? JSONStringify(error) : String(error ?? "")) || "Script failed.";
    } catch {
      return "Script failed.";
    }
  }

  const sendFailure = (call, error) => sendJson(call, 200, JSONStringify({ __proto__: null, error: textOf(error) }));

  /** Whom Parse Server names as the caller. */
  function callerOf(state, body, entry) {
    const { user } = body;
    return {
      __proto__: null,
      entry,
      auth: {
        __proto__: null,
        isMaster: body.master === true,
        isReadOnly: body.isReadOnly === true,
        hasSession: false,
        sessionToken: typeof user?.sessionToken === "string" ? user.sessionToken : undefined,
        installationId: body.installationId,
        context: isPlain(body.context) ? body.context : {},
      },
      user: isPlain(user) ? userFrom(state.sdk, user, undefined) : undefined,
      headers: isPlain(body.headers) ? body.headers : {},
      ip: typeof body.ip === "string" ? body.ip : "",
    };
  }

  /** Answers a webhook. `entryOf(name)` finds the function. */
  async function answerWebhook(state, call, name, head, bytes, entry) {
    if (!isKey(head.headers["x-parse-webhook-key"], state.keys.webhook)) {
      sendJson(call, 403, '{"error":"unauthorized"}');
      return;
    }
    let body;
    try {
      body = parseBody(head.headers, bytes);
    } catch (error) {
      sendFailure(call, error.message);
      return;
    }
    if (!isPlain(body)) sendFailure(call, "the body of a webhook is a JSON object");
    else if (entry === undefined) sendFailure(call, `Invalid function: "${name}"`);
    else await runWebhook(state, call, name, body, entry);
  }

  async function runWebhook(state, call, name, body, entry) {
    let result;
    try {
      const params = paramsOf(isPlain(body.params) ? body.params : null, null, "", state.sdk);
      result = await run(state, call, name, params, callerOf(state, body, entry));
      if (result.isSuccess) {
        sendJson(call, 200, encodeResult("success", result.value, state.encode));
        return;
      }
    } catch (error) {
      result = { error: scriptFailed(error, state.sdk) };
    }
    sendFailure(call, result.error.error);
  }

  return { __proto__: null, answerWebhook };
})();
