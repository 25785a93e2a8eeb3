// Objects of an event, made of the flat lists that a request has: names and values by turns.
//
// The events of lambda/, netlify/ and openfaas/ are made with it, of headers (shared/exchange.js) and of queries (shared/event_query.js).
//
// Invariant: what it makes is an ordinary object, in which a name such as `__proto__` is a member like any other; each costs one pass.

(function () {
  const { primordials } = __bootstrap;
  const { ArrayPrototypePush, ObjectDefineProperty, ObjectHasOwn } = primordials;

  /** Sets a member as JSON.parse does: no setter of a prototype is asked. */
  function setOwn(object, name, value) {
    ObjectDefineProperty(object, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  }

  /** Each name with its last value. */
  function lastOf(pairs) {
    const object = {};
    for (let i = 0; i < pairs.length; i += 2) setOwn(object, pairs[i], pairs[i + 1]);
    return object;
  }

  /** Each name with its values in one text. */
  function joinedOf(pairs, separator) {
    const object = {};
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i];
      setOwn(object, name, ObjectHasOwn(object, name) ? object[name] + separator + pairs[i + 1] : pairs[i + 1]);
    }
    return object;
  }

  /** Each name with the list of its values. */
  function listsOf(pairs) {
    const object = {};
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i];
      if (!ObjectHasOwn(object, name)) setOwn(object, name, []);
      ArrayPrototypePush(object[name], pairs[i + 1]);
    }
    return object;
  }

  return { __proto__: null, joinedOf, lastOf, listsOf, setOwn };
})();
