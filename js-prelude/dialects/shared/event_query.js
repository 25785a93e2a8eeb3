// The query of a request as a flat list: names and values by turns, in their order.
//
// lambda/ and netlify/ make `queryStringParameters` and its relatives of it (shared/event_objects.js).
//
// Invariant: a query that is not well-formed is read as far as it is; nothing throws.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_url_parse_search_params } = core.ops;
  const { ArrayPrototypePush, StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeSplit } = primordials;

  /** Decoded as a form is: `+` is a space, and a percent sign that begins no byte stays. */
  function decodedPairs(query) {
    const pairs = [];
    if (query === "") return pairs;
    const parsed = op_url_parse_search_params(query);
    for (let i = 0; i < parsed.length; i++) ArrayPrototypePush(pairs, parsed[i][0], parsed[i][1]);
    return pairs;
  }

  /** As they were sent. */
  function sentPairs(query) {
    const pairs = [];
    if (query === "") return pairs;
    const parts = StringPrototypeSplit(query, "&");
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (part === "") continue;
      const at = StringPrototypeIndexOf(part, "=");
      if (at === -1) ArrayPrototypePush(pairs, part, "");
      else ArrayPrototypePush(pairs, StringPrototypeSlice(part, 0, at), StringPrototypeSlice(part, at + 1));
    }
    return pairs;
  }

  return { __proto__: null, decodedPairs, sentPairs };
})();
