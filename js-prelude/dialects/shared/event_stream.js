// The stream that a handler writes its answer to: a Writable of Node, whose first write sends the head.
//
// lambda/ and netlify/ make one for each call of a marked handler; lambda/global.js gives it the head. Pieces go to shared/exchange.js as a
// ReadableStream. Node is there before this file is loaded.
//
// Invariant: a piece is taken when the client took the one before it; an error after the head cuts the answer, so that no client takes a part
// for the whole.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayPrototypePush,
    Error,
    JSONParse,
    JSONStringify,
    ObjectDefineProperty,
    ObjectPrototypeIsPrototypeOf,
    TypedArrayPrototypeGetSymbolToStringTag,
  } = primordials;
  const { ReadableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
  const { Writable } = internals.nodeBuiltIn("stream");
  const { valueOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");
  const { headOf, send } = core.loadExtScript("ext:skep/dialects/shared/event_answer.js");

  const DEFAULT_TYPE = "application/octet-stream";

  class InvalidStreamingOperation extends Error {}
  InvalidStreamingOperation.prototype.name = "Runtime.InvalidStreamingOperation";

  class ResponseStream extends Writable {
    #call;
    #controller = null;
    #hasBegun = false;
    #hasLeft = false; // Whether the client has.
    #head = null; // What `HttpResponseStream.from` was given.
    #isAsked = false; // Whether the client took the piece before.
    #outcome;
    #piece = null; // `{ chunk, done }` that waits for the client.
    #type = "";

    constructor(call, outcome, highWaterMark) {
      super({ highWaterMark });
      this.#call = call;
      this.#outcome = outcome;
    }

    /** Whether the head is on its way: an error can no longer become a fault. */
    get hasBegun() {
      return this.#hasBegun;
    }

    setContentType(type) {
      if (this.#hasBegun) throw new InvalidStreamingOperation("Cannot set content-type, too late.");
      this.#type = `${type}`;
    }

    /** Status, headers and cookies, which are copied as they are now. */
    setHead(head) {
      if (this.#hasBegun) throw new InvalidStreamingOperation("Cannot set content-type, too late.");
      this.#head = JSONParse(JSONStringify(head ?? {}));
    }

    /** As Lambda's: what is neither a text nor bytes is written as its JSON. */
    write(chunk, encoding, done) {
      const isPiece = typeof chunk === "string" || TypedArrayPrototypeGetSymbolToStringTag(chunk) === "Uint8Array";
      return super.write(isPiece ? chunk : JSONStringify(chunk), encoding, done);
    }

    _write(chunk, _encoding, done) {
      if (!this.#begin(true)) return done();
      if (chunk.length === 0) return done();
      this.#piece = { __proto__: null, chunk, done };
      this.#passOn();
    }

    _final(done) {
      if (!this.#hasBegun) this.#begin(false);
      else this.#controller.close();
      this.#outcome.succeed(undefined);
      done();
    }

    _destroy(error, done) {
      this.#piece = null;
      if (this.#hasLeft) this.#outcome.succeed(undefined);
      else if (!this.writableFinished) this.#outcome.fail(error ?? new Error("the function destroyed the response stream"));
      done(error);
    }

    /** Breaks an answer off that has begun. */
    cut(error) {
      try {
        this.#controller?.error(error);
      } catch {
        // All of it was sent.
      }
    }

    /** Sends the head, if it is not sent. False: it cannot be sent, and the call has failed. */
    #begin(hasBody) {
      if (this.#hasBegun) return true;
      if (this.#outcome.isOver) return false;
      this.#hasBegun = true;
      const head = headOf(this.#head ?? {}, true);
      if (head.why === "") {
        if (valueOf(head.headers, "content-type") === "") ArrayPrototypePush(head.headers, "content-type", this.#type || DEFAULT_TYPE);
        head.body = hasBody ? this.#readable() : null;
      }
      if (send(this.#call, head)) return true;
      this.#outcome.succeed(undefined);
      this.destroy();
      return false;
    }

    #readable() {
      return new ReadableStream({
        __proto__: null,
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#isAsked = true;
          this.#passOn();
        },
        cancel: () => {
          this.#hasLeft = true;
          this.destroy();
        },
      }, { __proto__: null, highWaterMark: 0 });
    }

    #passOn() {
      if (!this.#isAsked || this.#piece === null) return;
      const { chunk, done } = this.#piece;
      this.#isAsked = false;
      this.#piece = null;
      this.#controller.enqueue(chunk);
      done();
    }
  }

  // A function that has a stream has not its class: it would make one for a call of its own choice.
  ObjectDefineProperty(ResponseStream.prototype, "constructor", { __proto__: null, value: Writable, writable: true, configurable: true });

  const isResponseStream = (value) => ObjectPrototypeIsPrototypeOf(ResponseStream.prototype, value);

  return { __proto__: null, isResponseStream, ResponseStream };
})();
