// The `context` of Lambda's handlers, which Netlify's first kind gets too.
//
// lambda/index.js and netlify/event_handler.js make one for each call; its ends go to shared/event_outcome.js.
//
// Invariant: it is an ordinary object of plain members, which handlers copy and change; nothing of the host is reached through it.

(function () {
  const { core, primordials } = __bootstrap;
  const { DateNow } = primordials;
  const { requestId } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");

  /** Lambda's region: there is none. */
  const REGION = "local";
  const ACCOUNT = "000000000000";

  /** `outcome` is null for a handler that answers by a stream: it has none of the three ends. */
  function contextOf(call, { function: name, version, limits }, outcome) {
    const deadline = DateNow() + limits.wallMs;
    const context = {
      callbackWaitsForEmptyEventLoop: true,
      functionVersion: version,
      functionName: name,
      memoryLimitInMB: `${limits.memoryMb}`,
      logGroupName: `/aws/lambda/${name}`,
      logStreamName: version,
      clientContext: undefined,
      identity: undefined,
      invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`,
      awsRequestId: requestId(call),
      getRemainingTimeInMillis: () => deadline - DateNow(),
    };
    return outcome === null ? context : { ...context, ...endsOf(outcome) };
  }

  /** The old ways to answer. */
  function endsOf(outcome) {
    const done = (error, value) => error === null || error === undefined ? outcome.succeed(value) : outcome.fail(error);
    return {
      succeed: (value) => outcome.succeed(value),
      fail: (error) => outcome.fail(error ?? "handled"),
      done,
    };
  }

  return { __proto__: null, ACCOUNT, contextOf, REGION };
})();
