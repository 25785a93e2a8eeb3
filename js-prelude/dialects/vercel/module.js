// The host module `@vercel/functions`: what a function asks of Vercel's platform.
//
// dialects/host_modules.js loads it for `import` and `require`.
//
// Invariant: what only Vercel has throws at its use, and says so.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { decodeURIComponent, StringFromCodePoint, StringPrototypeCharCodeAt, StringPrototypeSplit, RegExpPrototypeTest, TypeError } = primordials;
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");

  /** The system variables that `getEnv` names. */
  const VARIABLES = [
    "VERCEL", "CI", "VERCEL_ENV", "VERCEL_URL", "VERCEL_BRANCH_URL", "VERCEL_PROJECT_PRODUCTION_URL", "VERCEL_REGION", "VERCEL_DEPLOYMENT_ID",
    "VERCEL_SKEW_PROTECTION_ENABLED", "VERCEL_AUTOMATION_BYPASS_SECRET", "VERCEL_GIT_PROVIDER", "VERCEL_GIT_REPO_SLUG", "VERCEL_GIT_REPO_OWNER",
    "VERCEL_GIT_REPO_ID", "VERCEL_GIT_COMMIT_REF", "VERCEL_GIT_COMMIT_SHA", "VERCEL_GIT_COMMIT_MESSAGE", "VERCEL_GIT_COMMIT_AUTHOR_LOGIN",
    "VERCEL_GIT_COMMIT_AUTHOR_NAME", "VERCEL_GIT_PREVIOUS_SHA", "VERCEL_GIT_PULL_REQUEST_ID",
  ];

  /** The distance from a letter to its regional indicator. */
  const FLAG_OFFSET = 127397;
  const COUNTRY = /^[A-Z]{2}$/;

  function waitUntil(promise) {
    if (promise === null || typeof promise !== "object" || typeof promise.then !== "function") {
      throw new TypeError(`waitUntil can only be called with a Promise, got ${typeof promise}`);
    }
    internals.currentCall()?.waitUntil(promise);
  }

  function getEnv(env = instance.env) {
    const found = {};
    for (let i = 0; i < VARIABLES.length; i++) found[VARIABLES[i]] = env[VARIABLES[i]] === "" ? undefined : env[VARIABLES[i]];
    return found;
  }

  const headerOf = (headers, name) => headers.get(name) ?? undefined;

  /** Node's request has an object of headers where the web's has a list. */
  function headersOf(input) {
    const headers = "headers" in input ? input.headers : input;
    return typeof headers.get === "function" ? headers : { get: (name) => headers[name] };
  }

  /** The address of the client: the first that the proxies name. */
  function ipAddress(input) {
    const headers = headersOf(input);
    const chain = headerOf(headers, "x-forwarded-for");
    return headerOf(headers, "x-real-ip") ?? (chain === undefined ? undefined : StringPrototypeSplit(chain, ",")[0]);
  }

  function flagOf(country) {
    if (country === undefined || !RegExpPrototypeTest(COUNTRY, country)) return undefined;
    const letter = (at) => FLAG_OFFSET + StringPrototypeCharCodeAt(country, at);
    return StringFromCodePoint(letter(0), letter(1));
  }

  /** Where the client is, as far as a proxy says it in Vercel's headers. */
  function geolocation(input) {
    const headers = headersOf(input);
    const of = (name) => headerOf(headers, `x-vercel-${name}`);
    const city = of("ip-city");
    const id = of("id");
    return {
      city: city === undefined ? undefined : decodeURIComponent(city),
      country: of("ip-country"),
      flag: flagOf(of("ip-country")),
      countryRegion: of("ip-country-region"),
      region: id === undefined ? "dev1" : StringPrototypeSplit(id, ":")[0],
      latitude: of("ip-latitude"),
      longitude: of("ip-longitude"),
      postalCode: of("ip-postal-code"),
    };
  }

  const refused = (name) => () => {
    throw new TypeError(`${name} of @vercel/functions is not supported: it belongs to Vercel's platform`);
  };

  const exports = {
    geolocation,
    getEnv,
    ipAddress,
    waitUntil,
    addCacheTag: refused("addCacheTag"),
    attachDatabasePool() {},
    getCache: refused("getCache"),
    invalidateByTag: refused("invalidateByTag"),
    dangerouslyDeleteByTag: refused("dangerouslyDeleteByTag"),
    next: refused("next"),
    rewrite: refused("rewrite"),
  };
  exports.default = exports;
  return exports;
})();
