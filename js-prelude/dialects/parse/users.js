// The user of a session, and the user's roles: asked of the Parse Server that `server_url` names.
//
// parse/serve.js asks for the user of a call's token, parse/validators.js for the roles. Answers are kept for five seconds.
//
// Invariant: each call gets a user of its own; a token reaches no other server than `server_url`.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayPrototypeMap,
    ArrayPrototypePush,
    DateNow,
    MapPrototypeClear,
    MapPrototypeGet,
    MapPrototypeGetSize,
    MapPrototypeHas,
    MapPrototypeSet,
    SafeMap,
    StringPrototypeEndsWith,
    StringPrototypeSlice,
  } = primordials;
  const { parseJson } = internals;
  const { logThrown, warnOnce } = core.loadExtScript("ext:skep/dialects/parse/host.js");

  const KEPT_MS = 5_000;
  /** Sessions that are kept; beyond, all are asked for again. */
  const KEPT_MAX = 10_000;

  const CONNECTION_FAILED = 100;
  const INVALID_SESSION_TOKEN = 209;

  const NO_SERVER = "the Parse Server of server_url does not answer";

  const users = new SafeMap(); // Token to { until, text }.
  const roles = new SafeMap(); // Id of a user to { until, names }.

  function keep(map, key, entry) {
    if (MapPrototypeGetSize(map) >= KEPT_MAX) MapPrototypeClear(map);
    entry.until = DateNow() + KEPT_MS;
    MapPrototypeSet(map, key, entry);
    return entry;
  }

  function kept(map, key) {
    const entry = MapPrototypeGet(map, key);
    return entry !== undefined && entry.until > DateNow() ? entry : null;
  }

  const urlOf = (base, path) => `${StringPrototypeEndsWith(base, "/") ? StringPrototypeSlice(base, 0, -1) : base}${path}`;

  /** `GET /users/me` of a token. Returns the text of the answer, or throws an error of Parse. */
  async function askMe(state, token) {
    const { keys, sdk, settings } = state;
    const headers = { "x-parse-application-id": keys.appId ?? "", "x-parse-session-token": token };
    if (keys.javascript !== null) headers["x-parse-javascript-key"] = keys.javascript;
    if (keys.rest !== null) headers["x-parse-rest-api-key"] = keys.rest;
    let response;
    let text;
    try {
      response = await state.fetch(urlOf(settings.parse.serverUrl, "/users/me"), { headers });
      text = await response.text();
    } catch (error) {
      // The client need not know where the server is.
      logThrown(internals.trace.currentCall() ?? null, "the user of a session is not known", error);
      throw new sdk.Error(CONNECTION_FAILED, NO_SERVER);
    }
    if (response.status === 200) return text;
    let answer = null;
    try {
      answer = parseJson(text);
    } catch {
      // Not an answer of Parse Server.
    }
    const code = answer?.code;
    if (code === INVALID_SESSION_TOKEN || response.status < 500) throw new sdk.Error(code ?? INVALID_SESSION_TOKEN, `${answer?.error ?? "Invalid session token"}`);
    throw new sdk.Error(CONNECTION_FAILED, NO_SERVER);
  }

  /** The user of a call, or undefined. Throws an error of Parse for an invalid token. */
  async function userOf(state, auth) {
    if (!auth.hasSession) return undefined;
    if (!state.settings.parse.serverUrl) {
      warnOnce(state, "a session token is ignored: its user is known to a Parse Server; set server_url under [parse]");
      return undefined;
    }
    const token = auth.sessionToken;
    let entry = kept(users, token);
    if (entry === null) entry = keep(users, token, { __proto__: null, until: 0, text: await askMe(state, token) });
    return userFrom(state.sdk, parseJson(entry.text), token);
  }

  /** A `Parse.User` of its JSON. */
  function userFrom(sdk, json, token) {
    const user = { ...json, __type: "Object", className: "_User" };
    if (token !== undefined) user.sessionToken = token;
    return sdk.Object.fromJSON(user);
  }

  /** The roles of users or roles that `constraint` of a query names. */
  async function find(state, constrain, options) {
    const query = new state.sdk.Query(state.sdk.Role);
    constrain(query);
    return await query.findAll(options);
  }

  /** The names of all roles of a user, with `role:` before each: its own, and those that contain them. */
  async function rolesOf(state, user, auth) {
    if (auth.isMaster || user === undefined) return [];
    const before = kept(roles, user.id);
    if (before !== null) return before.names;
    const options = state.keys.master === null ? { sessionToken: auth.sessionToken } : { useMasterKey: true };
    const seen = new SafeMap();
    const names = [];
    let found = await find(state, (query) => query.equalTo("users", user), options);
    while (found.length > 0) {
      const next = [];
      for (let i = 0; i < found.length; i++) {
        if (MapPrototypeHas(seen, found[i].id)) continue;
        MapPrototypeSet(seen, found[i].id, true);
        ArrayPrototypePush(names, `role:${found[i].get("name")}`);
        ArrayPrototypePush(next, found[i]);
      }
      if (next.length === 0) break;
      const pointers = ArrayPrototypeMap(next, (role) => role.toPointer());
      found = await find(state, (query) => query.containedIn("roles", pointers), options);
    }
    return keep(roles, user.id, { __proto__: null, until: 0, names }).names;
  }

  return { __proto__: null, rolesOf, urlOf, userFrom, userOf };
})();
