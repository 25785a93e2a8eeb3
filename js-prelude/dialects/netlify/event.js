// The event of Netlify's first kind of handler, `handler(event, context)`.
//
// netlify/index.js makes one for each call, of what shared/exchange.js has.
//
// Invariant: below `/.netlify/functions/NAME` path and url are whole, as Netlify shows them; below `/NAME` and on routes they are as every
// function sees them.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayPrototypeConcat, StringPrototypeEndsWith, StringPrototypeIndexOf, StringPrototypeSlice } = primordials;
  const { remoteAddress } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { bodyOf } = core.loadExtScript("ext:skep/dialects/shared/event_body.js");
  const { valueOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");
  const { joinedOf, listsOf } = core.loadExtScript("ext:skep/dialects/shared/event_objects.js");
  const { decodedPairs } = core.loadExtScript("ext:skep/dialects/shared/event_query.js");

  const PREFIX = "/.netlify/functions";

  /** What a request is called by on Netlify, and the host took off the path; "" for any other address. */
  function prefixOf(headers) {
    const prefix = valueOf(headers, "x-forwarded-prefix");
    // A proxy may have taken more off.
    return StringPrototypeEndsWith(prefix, PREFIX) ? PREFIX : "";
  }

  /** The path with its prefix. */
  const pathOf = (prefix, path) => prefix === "" ? path : path === "/" ? prefix : prefix + path;

  function eventOf(call, { method, url, path, query, headers }, bytes) {
    const prefix = prefixOf(headers);
    const whole = pathOf(prefix, path);
    const origin = StringPrototypeSlice(url, 0, StringPrototypeIndexOf(url, "/", StringPrototypeIndexOf(url, "://") + 3));
    const address = remoteAddress(call);
    // A schedule has no client.
    const sent = address === "" ? headers : ArrayPrototypeConcat(headers, ["client-ip", address, "x-nf-client-connection-ip", address]);
    const pairs = decodedPairs(query);
    const body = bodyOf(bytes, valueOf(headers, "content-type") || "text/plain");
    return {
      rawUrl: `${origin}${whole}${query === "" ? "" : `?${query}`}`,
      rawQuery: query,
      path: whole,
      httpMethod: method,
      headers: joinedOf(sent, ", "),
      multiValueHeaders: listsOf(sent),
      queryStringParameters: joinedOf(pairs, ", "),
      multiValueQueryStringParameters: listsOf(pairs),
      body: body === null ? null : body.text,
      isBase64Encoded: body !== null && body.isEncoded,
      route: undefined,
    };
  }

  return { __proto__: null, eventOf };
})();
