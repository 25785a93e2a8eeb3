// Bodies of requests, parsed from a copy: the stream of the request stays for whoever reads it.
//
// Each dialect names the parsers that its peer has, in their order; they are body-parser's (bundle.js). serve.js has the bytes.
//
// Invariant: what is parsed, compressed or not, is bounded by `body_mb`.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    FunctionPrototypeCall,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
  } = primordials;
  internals.requireNode();
  const { bodyParser } = core.loadExtScript("ext:skep/dialects/express/bundle.js");
  const { Buffer } = internals.nodeBuiltIn("buffer");

  /** A Buffer of the same bytes. */
  function bufferOf(bytes) {
    const buffer = TypedArrayPrototypeGetBuffer(bytes);
    return FunctionPrototypeCall(Buffer.from, Buffer, buffer, TypedArrayPrototypeGetByteOffset(bytes), TypedArrayPrototypeGetByteLength(bytes));
  }

  /** What a parser sees in the place of the request: its head, and the bytes of its body. */
  class Copy {
    body = undefined;
    rawBody = undefined; // The bytes after decompression, if a parser took them.
    #bytes;
    #isTaken = false;
    constructor(request, bytes) {
      this.headers = request.headers;
      this.method = request.method;
      this.url = request.url;
      this.#bytes = bytes;
    }
    /** The bytes, for raw-body (shims/raw_body.cjs). */
    get wholeBody() {
      this.#isTaken = true;
      return this.#bytes;
    }
    /** A parser that decompresses reads the copy as a stream. */
    pipe(stream) {
      this.#isTaken = true;
      stream.end(this.#bytes);
      return stream;
    }
    resume() {}
    unpipe() {}
    get isTaken() {
      return this.#isTaken;
    }
  }

  /**
   * Lets parsers take the body, the first one that its type fits. `done(error, body, rawBody)` is called once: at once, unless the body is
   * compressed or refused.
   */
  function parse(parsers, request, bytes, done) {
    const copy = new Copy(request, bytes);
    let at = 0;
    const next = (error) => {
      if (error !== undefined && error !== null) done(error);
      else if (copy.isTaken || at === parsers.length) done(null, copy.body, copy.rawBody ?? bytes);
      else parsers[at++](copy, undefined, next);
    };
    next();
  }

  /** Options of every parser: how many bytes a body has at most, however it is compressed, and where its bytes are kept. */
  const optionsOf = (settings) => ({
    limit: settings.limits.bodyMb * 2 ** 20,
    verify(copy, _response, bytes) {
      copy.rawBody = bytes;
    },
  });

  /** Those of Google's functions framework, which Firebase runs on. */
  function googleParsers(settings) {
    const options = optionsOf(settings);
    return [
      bodyParser.json({ ...options, type: "application/cloudevents+json" }),
      bodyParser.json(options),
      bodyParser.text(options),
      bodyParser.urlencoded({ ...options, extended: true }),
      bodyParser.raw({ ...options, type: "*/*" }),
    ];
  }

  /** Those of a handler that belongs to no peer: any JSON, any text, nested forms, else bytes. */
  function nodeParsers(settings) {
    const options = optionsOf(settings);
    return [
      bodyParser.json({ ...options, strict: false, type: ["application/json", "+json"] }),
      bodyParser.urlencoded({ ...options, extended: true }),
      bodyParser.text({ ...options, type: "text/*" }),
      bodyParser.raw({ ...options, type: () => true }),
    ];
  }

  /** Those of Fission's environment for Node. */
  function fissionParsers(settings) {
    const options = optionsOf(settings);
    return [bodyParser.json(options), bodyParser.urlencoded({ ...options, extended: false }), bodyParser.raw(options), bodyParser.text({ ...options, type: "text/*" })];
  }

  /** That of kubeless: bytes, which its dialect parses. */
  const bytesParsers = (settings) => [bodyParser.raw({ ...optionsOf(settings), type: () => true })];

  return { __proto__: null, bufferOf, bytesParsers, fissionParsers, googleParsers, nodeParsers, parse };
})();
