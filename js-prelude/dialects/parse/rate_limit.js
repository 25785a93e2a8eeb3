// The rate limits of validators: how many calls of a function are let in, counted by address, session, user or for all.
//
// parse/serve.js asks before a function is called; the host counts (parse/host.js).
//
// Invariant: one count of a function is one for all of its instances.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayIsArray, ArrayPrototypeIncludes, RegExpPrototypeExec, SafeRegExp } = primordials;
  const { isLoopback } = core.loadExtScript("ext:skep/dialects/parse/addresses.js");
  const { rateLimit } = core.loadExtScript("ext:skep/dialects/parse/host.js");

  const CONNECTION_FAILED = 100;
  const STATUS = 429;

  // What Parse Server takes without a number.
  const WINDOW_MS = 60_000;
  const COUNT = 5;

  /** A function is called by POST alone, so methods can only leave it out. */
  function isForPost(methods) {
    if (!methods) return true;
    if (ArrayIsArray(methods)) return ArrayPrototypeIncludes(methods, "POST");
    return RegExpPrototypeExec(new SafeRegExp(methods), "POST") !== null;
  }

  function isLetIn(limit, auth, address) {
    if (!limit.includeInternalRequests && (address === "" || isLoopback(address))) return true;
    if (limit.includeMasterKey) return false;
    return !isForPost(limit.requestMethods) || auth.isMaster;
  }

  /** What is counted together. `userIdOf` returns a promise of the user's id, or of undefined. */
  async function zoneOf(limit, auth, address, userIdOf) {
    if (limit.zone === "global") return "global";
    if (limit.zone === "session" && auth.sessionToken) return `session ${auth.sessionToken}`;
    if (limit.zone === "user" && auth.sessionToken) {
      const id = await userIdOf();
      if (id !== undefined) return `user ${id}`;
    }
    return `ip ${address}`;
  }

  const positive = (value, otherwise) => +value > 0 ? +value : otherwise;

  /** The error of a call that is one too many, or null. */
  async function exceeded(folder, name, limit, auth, address, userIdOf) {
    if (isLetIn(limit, auth, address)) return null;
    const zone = await zoneOf(limit, auth, address, userIdOf);
    const isWithin = rateLimit(`${folder} rate ${name} ${zone}`, positive(limit.requestTimeWindow, WINDOW_MS), positive(limit.requestCount, COUNT));
    if (isWithin) return null;
    const error = limit.errorResponseMessage || "Too many requests.";
    return { __proto__: null, status: STATUS, code: CONNECTION_FAILED, error: `${error}` };
  }

  return { __proto__: null, exceeded };
})();
