// The Parse dialect: cloud code of Parse Server. Its module registers functions and jobs with `Parse.Cloud`, which clients call by name.
//
// dialects/ asks for the handler after the module has loaded; each call goes to parse/serve.js. The names go to Rust, which makes a route of
// each.
//
// Invariant: no name is registered after `handlerOf` has answered.

(function () {
  const { core, primordials } = __bootstrap;
  const { TypeError } = primordials;
  const exchange = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const globalParse = core.loadExtScript("ext:skep/dialects/parse/global.js");
  const { namesOf } = core.loadExtScript("ext:skep/dialects/parse/cloud.js");
  const { serve } = core.loadExtScript("ext:skep/dialects/parse/serve.js");

  /** A module may export a function that registers: it is called once, with `Parse`. */
  async function callExported(exported, state) {
    await exported(state.sdk);
    return close(state);
  }

  /** Ends the registration. */
  function close(state) {
    if (state.failure !== null) throw state.failure;
    const names = { __proto__: null, functions: namesOf(state.functions), jobs: namesOf(state.jobs) };
    if (names.functions.length + names.jobs.length === 0) {
      throw new TypeError(`${state.settings.file} registers no function and no job with Parse.Cloud`);
    }
    state.isClosed = true;
    const handle = (call, method, bodyKind) => exchange.run(call, () => serve(state, call, method, bodyKind));
    // A schedule that has the name of a job runs it.
    const runScheduled = (event, call) => core.loadExtScript("ext:skep/dialects/parse/job.js").runScheduled(event, call);
    return { __proto__: null, handle, names, runScheduled: names.jobs.length > 0 ? runScheduled : null };
  }

  /** The handler and the names, or a promise of them. */
  function handlerOf(found, settings) {
    globalParse.install(null, settings);
    const state = globalParse.state();
    state.hasLoaded = true;
    return typeof found.exported === "function" ? callExported(found.exported, state) : close(state);
  }

  return { __proto__: null, handlerOf };
})();
