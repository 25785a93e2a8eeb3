// `Supabase`, the global of Supabase's edge functions.
//
// api/globals.js loads it at its first use.
//
// Invariant: a model is not asked for: what cannot work throws when it is made.

(function () {
  const { primordials } = __bootstrap;
  const { ObjectFreeze, TypeError } = primordials;

  class Session {
    constructor(model) {
      throw new TypeError(`Supabase.ai is not supported: Skep runs no models. Call a service that does (${model ?? "its model"}) with fetch, or install a package`);
    }
  }

  return ObjectFreeze({ ai: ObjectFreeze({ Session }) });
})();
