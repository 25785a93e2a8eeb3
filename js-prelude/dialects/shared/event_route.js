// The route that a call came by, as events name it: `/orders/{id}`, and what stood in its place.
//
// lambda/ makes `routeKey`, `resource` and `pathParameters` of it.
//
// Invariant: a call that came by the name of its function has no route.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayPrototypeJoin, ArrayPrototypePush, decodeURIComponent, StringPrototypeSlice, StringPrototypeSplit } = primordials;
  const exchange = core.loadExtScript("ext:skep/dialects/shared/exchange.js");

  /** `{ pattern, params }` of the route in the words of API Gateway, or null. `params` is a flat list. */
  function routeOf(call, path) {
    const route = exchange.routeOf?.(call) ?? "";
    if (route === "") return null;
    const wanted = StringPrototypeSplit(route, "/");
    const given = StringPrototypeSplit(path, "/");
    const pattern = [];
    const params = [];
    for (let i = 0; i < wanted.length; i++) {
      const part = wanted[i];
      if (part === "*") {
        ArrayPrototypePush(pattern, "{proxy+}");
        const rest = [];
        for (let k = i; k < given.length; k++) ArrayPrototypePush(rest, given[k]);
        const value = ArrayPrototypeJoin(rest, "/");
        if (value !== "") ArrayPrototypePush(params, "proxy", decoded(value));
      } else if (part[0] === ":") {
        const name = StringPrototypeSlice(part, 1);
        ArrayPrototypePush(pattern, `{${name}}`);
        ArrayPrototypePush(params, name, decoded(given[i] ?? ""));
      } else {
        ArrayPrototypePush(pattern, part);
      }
    }
    return { __proto__: null, pattern: ArrayPrototypeJoin(pattern, "/"), params };
  }

  /** Percent-decoded, or as it is if it cannot be. */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  return { __proto__: null, routeOf };
})();
