// Validators: the third argument of `Parse.Cloud.define`, checked when it is given, and asked before each call.
//
// parse/cloud.js checks them, parse/run.js asks. Users and their roles come from parse/users.js.
//
// Invariant: the order of the rules and their texts are Parse Server's.

(function () {
  const { primordials } = __bootstrap;
  const {
    ArrayIsArray,
    ArrayPrototypeIncludes,
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    PromisePrototypeThen,
    RegExpPrototypeExec,
    SafePromiseAll,
    StringPrototypeToLowerCase,
    TypeError,
  } = primordials;

  const ANY = "Any";

  // What each key may be.
  const KEYS = {
    __proto__: null,
    requireUser: ["boolean"],
    requireAnyUserRoles: ["array", "function"],
    requireAllUserRoles: ["array", "function"],
    requireMaster: ["boolean"],
    validateMasterKey: ["boolean"],
    skipWithMasterKey: ["boolean"],
    requireUserKeys: ["array", "object"],
    fields: ["array", "object"],
    rateLimit: ["object"],
  };
  const FIELD_KEYS = {
    __proto__: null,
    type: [ANY],
    constant: ["boolean"],
    default: [ANY],
    options: ["array", "function", ANY],
    required: ["boolean"],
    error: ["string"],
  };
  const RATE_KEYS = {
    __proto__: null,
    errorResponseMessage: true,
    includeInternalRequests: true,
    includeMasterKey: true,
    redisUrl: true,
    requestCount: true,
    requestMethods: true,
    requestPath: true,
    requestTimeWindow: true,
    zone: true,
  };

  /** `String` is "string"; a function without the name of a constructor is "function" for a key, and "" for a field. */
  function constructorName(value, otherwise) {
    const match = RegExpPrototypeExec(/^\s*function (\w+)/, `${value}`);
    return match === null ? otherwise : StringPrototypeToLowerCase(match[1]);
  }

  const typeOf = (value) => ArrayIsArray(value) ? "array" : typeof value === "function" ? constructorName(value, "function") : typeof value;

  function checkKey(key, known, value) {
    const types = known[key];
    if (types === undefined) throw new TypeError(`${key} is not a supported parameter for Cloud Function validations.`);
    const type = typeOf(value);
    if (!ArrayPrototypeIncludes(types, type) && !ArrayPrototypeIncludes(types, ANY)) {
      throw new TypeError(`Invalid type for Cloud Function validation key ${key}. Expected ${ArrayPrototypeJoin(types, "|")}, actual ${type}`);
    }
  }

  /** Checks a validator when it is registered. */
  function checkValidator(validator) {
    if (!validator || typeof validator === "function") return;
    for (const key in validator) {
      checkKey(key, KEYS, validator[key]);
      const values = validator[key];
      if (key !== "fields" && key !== "requireUserKeys" || ArrayIsArray(values)) continue;
      for (const name in values) {
        // A text in the place of the rules names a required field.
        if (typeof values[name] === "string") continue;
        for (const rule in values[name]) checkKey(rule, FIELD_KEYS, values[name][rule]);
      }
    }
    for (const key in validator.rateLimit) {
      if (RATE_KEYS[key] === undefined) throw new TypeError(`Invalid rate limit option "${key}"`);
      if (key === "redisUrl") throw new TypeError("rateLimit.redisUrl is not supported: Skep counts itself");
    }
  }

  function requireParam(params, key) {
    if (params[key] === undefined || params[key] === null) throw `Validation failed. Please specify data for ${key}.`;
  }

  async function checkOptions(rule, key, value) {
    const { error, options } = rule;
    if (typeof options === "function") {
      const fallback = `Validation failed. Invalid value for ${key}.`;
      let result;
      try {
        result = await options(value);
      } catch (thrown) {
        throw error || thrown && (thrown.message || thrown) || fallback;
      }
      if (!result && result !== undefined && result !== null) throw error || fallback;
      return;
    }
    const list = ArrayIsArray(options) ? options : [options];
    if (!ArrayPrototypeIncludes(list, value)) {
      throw error || `Validation failed. Invalid option for ${key}. Expected: ${ArrayPrototypeJoin(list, ", ")}`;
    }
  }

  /** One field of a map. Returns the check of its options, or null. */
  function checkField(rule, key, params) {
    let value = params[key];
    if (typeof rule === "string") requireParam(params, rule);
    if (rule === null || typeof rule !== "object") return null;
    const isMissing = value === undefined || value === null;
    if (isMissing && rule.default !== undefined && rule.default !== null) params[key] = value = rule.default;
    if (rule.required) requireParam(params, key);
    if (!rule.required && value === undefined) return null;
    if (rule.type) {
      const type = constructorName(rule.type, "");
      if ((ArrayIsArray(value) ? "array" : typeof value) !== type) throw `Validation failed. Invalid type for ${key}. Expected: ${type}`;
    }
    return rule.options ? checkOptions(rule, key, value) : null;
  }

  async function checkFields(fields, params) {
    if (ArrayIsArray(fields)) {
      for (let i = 0; i < fields.length; i++) requireParam(params, fields[i]);
      return;
    }
    const checks = [];
    for (const key in fields) {
      const check = checkField(fields[key], key, params);
      if (check === null) continue;
      ArrayPrototypePush(checks, check);
      // A later field may end the call first.
      PromisePrototypeThen(check, undefined, () => {});
    }
    await SafePromiseAll(checks);
  }

  /** The names of roles that a key gives: a list, or a function that returns one. */
  async function namesOf(value) {
    const names = typeof value === "function" ? await value() : value;
    return ArrayIsArray(names) ? names : [];
  }

  async function checkRoles(options, rolesOf) {
    const { requireAllUserRoles: all, requireAnyUserRoles: any } = options;
    if (!any && !all) return;
    const { 0: roles, 1: anyNames, 2: allNames } = await SafePromiseAll([rolesOf(), namesOf(any), namesOf(all)]);
    const has = (name) => ArrayPrototypeIncludes(roles, `role:${name}`);
    if (any) {
      let isOne = false;
      for (let i = 0; i < anyNames.length; i++) isOne ||= has(anyNames[i]);
      if (!isOne) throw "Validation failed. User does not match the required roles.";
    }
    for (let i = 0; i < allNames.length; i++) if (!has(allNames[i])) throw "Validation failed. User does not match all the required roles.";
  }

  async function checkUserKeys(keys, user) {
    if (ArrayIsArray(keys)) {
      for (let i = 0; i < keys.length; i++) {
        if (!user) throw "Please login to make this request.";
        const value = user.get(keys[i]);
        if (value === undefined || value === null) throw `Validation failed. Please set data for ${keys[i]} on your account.`;
      }
      return;
    }
    const checks = [];
    for (const key in keys) {
      if (!keys[key].options) continue;
      if (!user) throw "Please login to make this request.";
      ArrayPrototypePush(checks, checkOptions(keys[key], key, user.get(key)));
    }
    await SafePromiseAll(checks);
  }

  /** Asks a validator. Throws what keeps the call from the function. `rolesOf` returns a promise of the names of the user's roles. */
  async function validate(validator, request, rolesOf) {
    if (!validator) return;
    if (typeof validator === "function") {
      await validator(request);
      return;
    }
    if (request.master && !validator.validateMasterKey) return;
    const needsUser = validator.requireUser || validator.requireAnyUserRoles || validator.requireAllUserRoles;
    if (needsUser && !request.user) throw "Validation failed. Please login to continue.";
    if (validator.requireMaster && !request.master) throw "Validation failed. Master key is required to complete this request.";
    await checkFields(validator.fields, request.params);
    await checkRoles(validator, rolesOf);
    if (validator.requireUserKeys) await checkUserKeys(validator.requireUserKeys, request.user);
  }

  return { __proto__: null, checkValidator, validate };
})();
