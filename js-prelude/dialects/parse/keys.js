// Who calls: application id, keys, session, installation and context of a request, from every place where Parse Server reads them.
//
// parse/serve.js passes head and body; the answer says what the caller may do. The keys come from function.toml and the secrets.
//
// Invariant: a key is compared in constant time, and no key of the host is in the answer.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    MathMax,
    ObjectHasOwn,
    ObjectPrototypeToString,
    ReflectDeleteProperty,
    RegExpPrototypeExec,
    StringPrototypeCharCodeAt,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
  } = primordials;
  const { isAmong, LOOPBACK } = core.loadExtScript("ext:skep/dialects/parse/addresses.js");
  const { atob } = core.loadExtScript("ext:deno_web/05_base64.js");

  const BASIC = /^basic +(.*)$/i;
  const KEY_PREFIX = "javascript-key=";

  /** The variables that have the keys of the host. */
  const VARIABLES = {
    __proto__: null,
    master: "PARSE_MASTER_KEY",
    readOnly: "PARSE_READ_ONLY_MASTER_KEY",
    maintenance: "PARSE_MAINTENANCE_KEY",
    client: "PARSE_CLIENT_KEY",
    javascript: "PARSE_JAVASCRIPT_KEY",
    dotNet: "PARSE_DOTNET_KEY",
    rest: "PARSE_REST_API_KEY",
    webhook: "PARSE_WEBHOOK_KEY",
  };

  /** The keys of the host; one that is not set is null. */
  function keysOf(settings) {
    const { env, parse } = settings;
    const keys = { __proto__: null, appId: parse.appId || null, masterIps: parse.masterKeyIps ?? LOOPBACK };
    for (const member in VARIABLES) keys[member] = env[VARIABLES[member]] || null;
    return keys;
  }

  /** Whether a given text is the key, in a time that tells nothing of where they differ. */
  function isKey(given, key) {
    if (key === null || typeof given !== "string") return false;
    let difference = given.length ^ key.length;
    const length = MathMax(given.length, key.length);
    for (let i = 0; i < length; i++) {
      // Beyond the end of a text, the code is NaN, which counts as 0.
      difference |= StringPrototypeCharCodeAt(given, i) ^ StringPrototypeCharCodeAt(key, i);
    }
    return difference === 0;
  }

  /** The two parts of HTTP Basic; null if there are not two. */
  function basicOf(header) {
    if (header === undefined) return null;
    const match = RegExpPrototypeExec(BASIC, header);
    if (match === null) return null;
    try {
      const parts = StringPrototypeSplit(atob(match[1]), ":");
      return parts.length === 2 ? { __proto__: null, appId: parts[0], key: parts[1] } : null;
    } catch {
      return null;
    }
  }

  const isPlain = (value) => ObjectPrototypeToString(value) === "[object Object]";

  /** The context of a header or a body; null if it is no object. */
  function contextOf(value) {
    if (typeof value !== "string") return isPlain(value) ? value : null;
    try {
      const context = internals.parseJson(value);
      return isPlain(context) ? context : null;
    } catch {
      return null;
    }
  }

  function fromHeaders(headers, keys) {
    const info = {
      __proto__: null,
      appId: headers["x-parse-application-id"],
      master: headers["x-parse-master-key"],
      maintenance: headers["x-parse-maintenance-key"],
      javascript: headers["x-parse-javascript-key"],
      rest: headers["x-parse-rest-api-key"],
      client: headers["x-parse-client-key"],
      dotNet: headers["x-parse-windows-key"],
      sessionToken: headers["x-parse-session-token"],
      installationId: headers["x-parse-installation-id"],
      context: {},
    };
    const basic = basicOf(headers.authorization);
    if (basic !== null && isKnown(basic.appId, keys)) {
      info.appId = basic.appId;
      if (StringPrototypeStartsWith(basic.key, KEY_PREFIX)) info.javascript = StringPrototypeSlice(basic.key, KEY_PREFIX.length) || info.javascript;
      else info.master = basic.key || info.master;
    }
    return info;
  }

  /** Without an id in function.toml, every id that is given is known. */
  const isKnown = (appId, keys) => typeof appId === "string" && appId !== "" && (keys.appId === null || isKey(appId, keys.appId));

  // Members of the body, the members of `info` that they set, and whether they are always texts.
  const IN_BODY = [
    ["_ApplicationId", "appId"],
    ["_JavaScriptKey", "javascript"],
    ["_MasterKey", "master"],
    ["_InstallationId", "installationId"],
    ["_SessionToken", "sessionToken"],
  ];
  const TAKEN_AWAY = ["_ClientVersion", "_ContentType", "_RevocableSession", "_noBody", "_context"];

  /** Reads the keys of the body. False: one of them is not a text. */
  function readBody(info, body) {
    for (let i = 0; i < IN_BODY.length; i++) {
      const { 0: member, 1: name } = IN_BODY[i];
      const value = ObjectHasOwn(body, member) ? body[member] : undefined;
      if (value === undefined || value === null || value === "") continue;
      if (typeof value !== "string") return false;
      info[name] = value;
    }
    return true;
  }

  /** Takes the keys out of the body: a function never has them as parameters. */
  function takeKeys(body) {
    for (let i = 0; i < IN_BODY.length; i++) ReflectDeleteProperty(body, IN_BODY[i][0]);
    for (let i = 0; i < TAKEN_AWAY.length; i++) ReflectDeleteProperty(body, TAKEN_AWAY[i]);
  }

  /** A call that the host makes itself. */
  const HOST = {
    __proto__: null,
    isMaster: true,
    isReadOnly: false,
    hasSession: false,
    sessionToken: undefined,
    installationId: undefined,
    get context() {
      return {};
    },
  };

  const UNAUTHORIZED = "unauthorized";
  const BAD_CONTEXT = "context";

  /** Whether the keys of a master may come from an address. A call without a socket comes from another function of this host. */
  const mayBeMaster = (keys, address) => address === "" || isAmong(address, keys.masterIps);

  /** Whether a request, or its body, has one of the keys that only some addresses may use. */
  function hasMasterKey(headers, body, keys) {
    const { maintenance, master } = fromHeaders(headers, keys);
    const given = [master, maintenance, body?._MasterKey, body?._MaintenanceKey];
    for (let i = 0; i < given.length; i++) {
      if (isKey(given[i], keys.master) || isKey(given[i], keys.readOnly) || isKey(given[i], keys.maintenance)) return true;
    }
    return false;
  }

  /** Which role the keys give: null if a right key came from an address that may not use it. */
  function roleOf(info, keys, address) {
    const role = { __proto__: null, isMaster: false, isReadOnly: false, isMaintenance: false };
    if (isKey(info.maintenance, keys.maintenance)) role.isMaintenance = true;
    else if (isKey(info.master, keys.master)) role.isMaster = true;
    else if (isKey(info.master, keys.readOnly)) role.isMaster = role.isReadOnly = true;
    else return role;
    return mayBeMaster(keys, address) ? role : null;
  }

  function hasClientKey(info, keys) {
    if (keys.client === null && keys.javascript === null && keys.dotNet === null && keys.rest === null) return true;
    const client = isKey(info.client, keys.client);
    const javascript = isKey(info.javascript, keys.javascript);
    const dotNet = isKey(info.dotNet, keys.dotNet);
    const rest = isKey(info.rest, keys.rest);
    return client || javascript || dotNet || rest;
  }

  /**
   * Who calls. `body` is the parsed body, whose keys are taken away, or null. Returns what is known of the caller, `UNAUTHORIZED` or
   * `BAD_CONTEXT`.
   */
  function authenticate(headers, body, keys, address) {
    const info = fromHeaders(headers, keys);
    const header = headers["x-parse-cloud-context"];
    if (header !== undefined) info.context = contextOf(header);
    if (info.context === null) return BAD_CONTEXT;
    if (!isKnown(info.appId, keys)) {
      if (body === null) {
        if (keys.appId !== null) return UNAUTHORIZED;
      } else {
        const context = ObjectHasOwn(body, "_context") ? body._context : undefined;
        if (!readBody(info, body) || !isKnown(info.appId, keys) && keys.appId !== null) return UNAUTHORIZED;
        if (context) info.context = contextOf(context);
        if (info.context === null) return BAD_CONTEXT;
      }
    }
    if (body !== null) takeKeys(body);
    const role = roleOf(info, keys, address);
    if (role === null || !role.isMaster && !role.isMaintenance && !hasClientKey(info, keys)) return UNAUTHORIZED;
    return {
      __proto__: null,
      isMaster: role.isMaster,
      isReadOnly: role.isReadOnly,
      hasSession: !role.isMaster && !role.isMaintenance && !!info.sessionToken,
      sessionToken: info.sessionToken,
      installationId: info.installationId,
      context: info.context,
    };
  }

  return { __proto__: null, authenticate, BAD_CONTEXT, hasMasterKey, HOST, isKey, keysOf, mayBeMaster, UNAUTHORIZED, VARIABLES };
})();
