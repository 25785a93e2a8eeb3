// The parameters of the route that a call came by: `/orders/:id` for `/orders/7` gives `{ id: "7" }`.
//
// express/serve.js puts them into `request.params`.
//
// Invariant: a call that came by the name of its function has none.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayPrototypeJoin, ArrayPrototypeSlice, decodeURIComponent, StringPrototypeSlice, StringPrototypeSplit } = primordials;
  const exchange = core.loadExtScript("ext:skep/dialects/shared/exchange.js");

  /** Percent-decoded, or as it is if it cannot be. */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  /** By name; `*` is what a route that ends in `/*` leaves open. `path` is the path that the function sees. */
  function paramsOf(call, path) {
    const params = {};
    const route = exchange.routeOf?.(call) ?? "";
    if (route === "") return params;
    const wanted = StringPrototypeSplit(route, "/");
    const given = StringPrototypeSplit(path, "/");
    for (let i = 0; i < wanted.length; i++) {
      if (wanted[i] === "*") params["*"] = decoded(ArrayPrototypeJoin(ArrayPrototypeSlice(given, i), "/"));
      else if (wanted[i][0] === ":") params[StringPrototypeSlice(wanted[i], 1)] = decoded(given[i] ?? "");
    }
    return params;
  }

  return { __proto__: null, paramsOf };
})();
