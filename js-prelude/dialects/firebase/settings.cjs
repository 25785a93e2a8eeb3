// What `[firebase]` of function.toml says, where the package asks for it.
//
// dialects/firebase/index.js writes `ignoreAuth`; the changed text of the package (express/build.mjs) asks `authorizationOf`.
//
// Invariant: without `ignore_auth` a token that nobody checks is never taken for a valid one.

"use strict";

exports.settings = { ignoreAuth: false };
exports.authorizationOf = (request) => (exports.settings.ignoreAuth ? undefined : request.header("Authorization"));
