// What the Fetch standard has of a Request and deno_fetch has not: https://fetch.spec.whatwg.org/#request-class.
//
// api/globals.js calls it while the snapshot is made.
//
// Invariant: a member is a getter that takes a Request and nothing else.

import { core, primordials } from "ext:core/mod.js";

const { ObjectDefineProperty, ObjectGetOwnPropertyDescriptor } = primordials;

const MEMBERS = { __proto__: null, destination: "", duplex: "half", isHistoryNavigation: false, isReloadNavigation: false };

/** Adds the members to the prototype of Request. */
export function completeRequests(prototype) {
  const { assertBranded } = core.loadExtScript("ext:deno_webidl/00_webidl.js");
  for (const name in MEMBERS) {
    const { get } = ObjectGetOwnPropertyDescriptor({
      get [name]() {
        assertBranded(this, prototype);
        return MEMBERS[name];
      },
    }, name);
    ObjectDefineProperty(prototype, name, { __proto__: null, get, enumerable: true, configurable: true });
  }
}
