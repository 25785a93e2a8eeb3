// The classes of `@azure/functions` that a handler gets and returns: HttpRequest, HttpResponse, InvocationContext.
//
// azure/module.js exports them; azure/index.js makes a request and a context for each call. Requests and responses are the web's, with a
// few members more.
//
// Invariant: a request that the host makes is a real Request; its body is read once, by whoever reads it.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayIsArray,
    FunctionPrototypeBind,
    JSONStringify,
    ObjectDefineProperty,
    ObjectEntries,
    ObjectSetPrototypeOf,
    SymbolAsyncIterator,
    SymbolIterator,
  } = primordials;
  const { Request } = core.loadExtScript("ext:deno_fetch/23_request.js");
  const { Response } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const { Headers } = core.loadExtScript("ext:deno_fetch/20_headers.js");
  const { ReadableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
  const { URL, URLSearchParams } = core.loadExtScript("ext:deno_web/00_url.js");

  function addMember(object, name, value) {
    ObjectDefineProperty(object, name, { __proto__: null, value, enumerable: true, configurable: true, writable: true });
  }

  class HttpRequest extends Request {
    /** As tests of functions make one. */
    constructor({ url, method = "GET", headers, body, query, params = {} }) {
      const hasBody = method !== "GET" && method !== "HEAD";
      super(url, { method, headers, body: hasBody ? body?.bytes ?? body?.string ?? body : undefined });
      addMembers(this, new URLSearchParams(query ?? new URL(url).searchParams), params);
    }
  }

  function addMembers(request, query, params) {
    addMember(request, "query", query);
    addMember(request, "params", params);
    // Skep knows no users of Static Web Apps.
    addMember(request, "user", null);
  }

  /** Makes an HttpRequest of the request of a call. */
  function httpRequestOf(request, query, params) {
    ObjectSetPrototypeOf(request, HttpRequest.prototype);
    addMembers(request, new URLSearchParams(query), params);
    return request;
  }

  const hasNoBody = (status) => status === 204 || status === 205 || status === 304;

  /** A body that the web's Response takes: Node's streams are iterables. */
  function bodyOf(body) {
    const isIterable = body !== null && typeof body === "object" && typeof body[SymbolAsyncIterator] === "function";
    return isIterable && typeof body.getReader !== "function" ? ReadableStream.from(body) : body;
  }

  /** Azure takes an object, a list of pairs, or Headers. */
  function headersOf(given) {
    if (given === null || given === undefined) return new Headers();
    return new Headers(ArrayIsArray(given) || typeof given[SymbolIterator] === "function" ? given : ObjectEntries(given));
  }

  class HttpResponse extends Response {
    constructor(init = {}) {
      const { body, jsonBody, status, headers: given } = init;
      const headers = headersOf(given);
      const responseInit = { status, headers };
      if (hasNoBody(status)) super(undefined, responseInit);
      else if (jsonBody === undefined || jsonBody === null) super(bodyOf(body), responseInit);
      else {
        if (!headers.has("content-type")) headers.set("content-type", "application/json");
        super(JSONStringify(jsonBody), responseInit);
      }
      addMember(this, "cookies", init.cookies ?? []);
      addMember(this, "enableContentNegotiation", !!init.enableContentNegotiation);
    }
  }

  /** The values of extra inputs and outputs, by name or by the binding's. */
  class Values {
    #values = { __proto__: null };
    get(binding) {
      return this.#values[typeof binding === "string" ? binding : binding.name];
    }
    set(binding, value) {
      this.#values[typeof binding === "string" ? binding : binding.name] = value;
    }
  }

  const LEVELS = { __proto__: null, trace: "trace", debug: "debug", information: "info", warning: "warn", error: "error" };
  const toConsole = (level, ...values) => {
    // A trace of the stack is not what Azure's `trace` is.
    const name = level === "trace" ? "debug" : LEVELS[level];
    FunctionPrototypeBind(console[name], console)(...values);
  };

  class InvocationContext {
    #handler;
    constructor(init = {}) {
      this.invocationId = init.invocationId || "unknown";
      this.functionName = init.functionName || "unknown";
      this.extraInputs = new Values();
      this.extraOutputs = new Values();
      this.retryContext = init.retryContext;
      this.traceContext = init.traceContext;
      this.triggerMetadata = init.triggerMetadata;
      this.options = {
        trigger: init.options?.trigger || { name: "unknown", type: "unknown" },
        return: init.options?.return,
        extraInputs: init.options?.extraInputs || [],
        extraOutputs: init.options?.extraOutputs || [],
      };
      this.#handler = init.logHandler || toConsole;
    }
    log(...values) {
      this.#handler("information", ...values);
    }
    trace(...values) {
      this.#handler("trace", ...values);
    }
    debug(...values) {
      this.#handler("debug", ...values);
    }
    info(...values) {
      this.#handler("information", ...values);
    }
    warn(...values) {
      this.#handler("warning", ...values);
    }
    error(...values) {
      this.#handler("error", ...values);
    }
  }

  return { __proto__: null, HttpRequest, HttpResponse, InvocationContext, httpRequestOf };
})();
