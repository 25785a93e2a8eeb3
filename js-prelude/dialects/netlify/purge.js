// `purgeCache` of `@netlify/functions`: it asks Netlify's API, whose cache may still stand before this function.
//
// netlify/module.js gives it to functions. The request is the function's own fetch, with its rules.
//
// Invariant: without a token nothing is asked, and the call succeeds: Skep itself keeps no answers.

(function () {
  const { internals, primordials } = __bootstrap;
  const { ArrayIsArray, ArrayPrototypeJoin, Error, JSONStringify } = primordials;

  const API = "https://api.netlify.com";

  const variable = (name) => internals.node?.variables[name];

  /** Which site is meant. */
  function siteOf(options) {
    if (options.siteSlug !== undefined) return { site_slug: options.siteSlug };
    if (options.domain !== undefined) return { domain: options.domain };
    const id = options.siteID || variable("SITE_ID");
    if (!id) {
      throw new Error("The Netlify site ID was not found in the execution environment. Please supply it manually using the `siteID` property.");
    }
    return { site_id: id };
  }

  async function purgeCache(options = {}) {
    const { apiURL = API, deployAlias, tags, userAgent } = options;
    const token = variable("NETLIFY_PURGE_API_TOKEN") || options.token;
    if (!token) {
      const scope = ArrayIsArray(tags) && tags.length > 0 ? ` for tags ${ArrayPrototypeJoin(tags, ", ")}` : "";
      globalThis.console.log(`Skipping purgeCache${scope}: there is no token, and Skep keeps no answers.`);
      return;
    }
    const headers = { "Content-Type": "application/json; charset=utf8", Authorization: `Bearer ${token}` };
    if (userAgent) headers["user-agent"] = userAgent;
    const body = JSONStringify({ cache_tags: tags, deploy_alias: deployAlias, ...siteOf(options) });
    const response = await globalThis.fetch(`${apiURL}/api/v1/purge`, { method: "POST", headers, body });
    if (!response.ok) throw new Error(`Cache purge API call returned an unexpected status code: ${response.status}`);
  }

  return { __proto__: null, purgeCache };
})();
