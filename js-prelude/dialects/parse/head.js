// The head of a request: what its path asks for, its headers by name, and the method that its body may name.
//
// parse/serve.js asks first of all.
//
// Invariant: it looks at no key, and changes nothing but the member `_method` of a body.

(function () {
  const { primordials } = __bootstrap;
  const {
    ArrayIsArray,
    decodeURIComponent,
    ObjectHasOwn,
    ReflectDeleteProperty,
    StringPrototypeEndsWith,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    StringPrototypeStartsWith,
    StringPrototypeToUpperCase,
  } = primordials;

  const FUNCTIONS = "/functions/";
  const JOBS = "/jobs/";
  const WEBHOOKS = "/webhooks/";

  const isWithin = (path, folder) => folder !== "" && folder !== "/" && StringPrototypeStartsWith(path, `${folder}/`);

  /** The path below the mount or the folder, without the slash at its end, and whether it was below the mount. */
  function placeOf(path, settings) {
    const isMounted = isWithin(path, settings.parse.mount);
    let rest = path;
    if (isMounted) rest = StringPrototypeSlice(path, settings.parse.mount.length);
    else if (isWithin(path, settings.folder)) rest = StringPrototypeSlice(path, settings.folder.length);
    if (StringPrototypeStartsWith(rest, "//")) rest = StringPrototypeSlice(rest, 1);
    return { __proto__: null, isMounted, rest: StringPrototypeEndsWith(rest, "/") ? StringPrototypeSlice(rest, 0, -1) : rest };
  }

  /** What a path asks for: `{ kind, name }`; null if it is no function and no job. */
  function routeOf(path) {
    if (path === "/jobs") return { __proto__: null, kind: JOBS, name: null };
    const kinds = [FUNCTIONS, JOBS, WEBHOOKS];
    for (let i = 0; i < kinds.length; i++) {
      if (!StringPrototypeStartsWith(path, kinds[i])) continue;
      const name = StringPrototypeSlice(path, kinds[i].length);
      if (name === "" || StringPrototypeIndexOf(name, "/") !== -1) return null;
      return { __proto__: null, kind: kinds[i], name: decodeName(name) };
    }
    return null;
  }

  function decodeName(name) {
    try {
      return decodeURIComponent(name);
    } catch {
      return name;
    }
  }

  /** The headers by name: lower case, values of one name joined. The function gets a copy. */
  function headersOf(flat) {
    const headers = { __proto__: null };
    for (let i = 0; i < flat.length; i += 2) {
      const name = flat[i];
      headers[name] = ObjectHasOwn(headers, name) ? `${headers[name]}${name === "cookie" ? "; " : ", "}${flat[i + 1]}` : flat[i + 1];
    }
    return headers;
  }

  /** `_method` of a body takes the place of POST. */
  function methodOf(method, body) {
    if (method !== "POST" || body === null || ArrayIsArray(body) || !ObjectHasOwn(body, "_method")) return method;
    const { _method } = body;
    ReflectDeleteProperty(body, "_method");
    return typeof _method === "string" && _method !== "" ? StringPrototypeToUpperCase(_method) : method;
  }

  return { __proto__: null, headersOf, JOBS, methodOf, placeOf, routeOf, WEBHOOKS };
})();
