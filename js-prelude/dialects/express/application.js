// The requests and responses of Express around those of Node: what a handler `(req, res)` gets.
//
// serve.js dresses the request and response of each call with those of its dialect. The prototypes are Express's own (bundle.js); what a
// dialect has beside them is added to its application's.
//
// Invariant: an application has no routes; the handler is called for every request.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { FunctionPrototypeCall, NumberIsInteger, ObjectCreate, ObjectDefineProperty, ObjectSetPrototypeOf } = primordials;
  internals.requireNode();
  const { cookie, express, finalhandler } = core.loadExtScript("ext:skep/dialects/express/bundle.js");

  /** A property that is made when it is first read, and may be written. */
  function defineLate(object, name, make) {
    const define = (target, value) =>
      ObjectDefineProperty(target, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
    ObjectDefineProperty(object, name, {
      __proto__: null,
      get() {
        const value = FunctionPrototypeCall(make, undefined, this);
        define(this, value);
        return value;
      },
      set(value) {
        define(this, value);
      },
      enumerable: true,
      configurable: true,
    });
  }

  /** The cookies of a request, by name. */
  const cookiesOf = (request) => cookie.parse(request.headers.cookie ?? "");

  /**
   * An application of Express with the settings of a host: it believes the `x-forwarded-` headers, which Skep itself writes, and neither
   * names itself nor makes entity tags.
   */
  function makeApplication() {
    const application = express();
    application.disable("x-powered-by");
    application.set("etag", false);
    application.set("trust proxy", true);
    defineLate(application.request, "cookies", cookiesOf);
    return application;
  }

  /** Makes Express's request and response of Node's. `next` is told what a handler passes on. */
  function dress(application, request, response, next) {
    ObjectSetPrototypeOf(request, application.request);
    ObjectSetPrototypeOf(response, application.response);
    request.res = response;
    response.req = request;
    request.next = next;
    request.originalUrl = request.url;
    request.baseUrl = "";
    request.params = {};
    response.locals = ObjectCreate(null);
  }

  /**
   * What `next()` and `next(error)` do where there is no next handler: an error of the client, as `res.format` makes one, is answered as
   * Express does; any other error fails the call.
   */
  function nextOf(request, response, fail) {
    return (error) => {
      if (error === undefined || isClientError(error)) finalhandler(request, response, { env: "production" })(error);
      else fail(error);
    };
  }

  function isClientError(error) {
    const status = error?.status;
    return NumberIsInteger(status) && status >= 400 && status < 500;
  }

  return { __proto__: null, defineLate, dress, makeApplication, nextOf };
})();
