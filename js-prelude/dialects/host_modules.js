// Modules of other hosts that Skep has itself: their packages start servers, or look for their host.
//
// node/built_ins.js asks for them by name; `HOST_MODULES` of function/node.rs has the same list.
//
// Invariant: none of them reaches a network or a file.

(function () {
  const { core } = __bootstrap;

  const script = (specifier, member) => () => {
    const exports = core.loadExtScript(specifier);
    return member === undefined ? exports : exports[member];
  };
  const firebase = (member) => script("ext:skep/dialects/firebase/module.js", member);

  const LOADERS = {
    __proto__: null,
    "@azure/functions": script("ext:skep/dialects/azure/module.js"),
    "@google-cloud/functions-framework": script("ext:skep/dialects/gcf/module.js"),
    "@netlify/functions": script("ext:skep/dialects/netlify/module.js"),
    "@vercel/functions": script("ext:skep/dialects/vercel/module.js"),
    "cloudflare:workers": script("ext:skep/dialects/workers/module.js"),
    "firebase-functions": firebase("root"),
    "firebase-functions/https": firebase("https"),
    "firebase-functions/logger": firebase("logger"),
    "firebase-functions/options": firebase("options"),
    "firebase-functions/params": firebase("params"),
    "firebase-functions/scheduler": firebase("scheduler"),
    "firebase-functions/v1": firebase("v1"),
    "firebase-functions/v2": firebase("v2"),
    "firebase-functions/v2/https": firebase("https"),
    "firebase-functions/v2/options": firebase("options"),
    "firebase-functions/v2/params": firebase("params"),
    "firebase-functions/v2/scheduler": firebase("scheduler"),
    parse: script("ext:skep/dialects/parse/global.js", "Parse"),
    "parse/node": script("ext:skep/dialects/parse/global.js", "Parse"),
    "parse/node.js": script("ext:skep/dialects/parse/global.js", "Parse"),
    skep: script("ext:skep/dialects/skep/module.js"),
  };

  return { __proto__: null, LOADERS };
})();
