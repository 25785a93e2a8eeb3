// What one TLS connection sends: plaintext that is written, in turn, and what the machine itself has to say.
//
// node/tls/session.js has one for each connection. The machine behind the number is in `src/runtime/ops/node/tls`.
//
// Invariant: nothing that is written is given to the machine before the session says so, and one write at a time is below.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_tls_push, op_skep_tls_take } = core.ops;
  const { ArrayPrototypePush, ArrayPrototypeShift, TypedArrayPrototypeGetByteLength } = primordials;
  const { inContext } = core.loadExtScript("ext:skep/node/net/outcome.js");
  const { copyOf, NOTHING, passing } = core.loadExtScript("ext:skep/node/tls/passing.js");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");
  const { nextTick } = core.loadExtScript("ext:deno_node/_next_tick.ts");

  const EPIPE = codeMap.get("EPIPE");

  class Outgoing {
    #isSending = false;
    #session; // `id`, and whether it `takesText`.
    #turns = []; // What is written, in turn: see `write`.
    handle = null; // The one below.

    constructor(session) {
      this.#session = session;
    }

    get isEmpty() {
      return this.#turns.length === 0;
    }

    /** Writes bytes after what is written, or, without any, says goodbye and ends the handle below; then tells the request how it went. */
    write(request, bytes) {
      const context = core.getAsyncContext();
      const turn = { __proto__: null, bytes: bytes ?? NOTHING, context, isEnd: bytes === null, isRefused: false, offset: 0, request };
      ArrayPrototypePush(this.#turns, turn);
      this.send();
    }

    /** Sends what the machine has for the peer, and feeds it with what is written. */
    send() {
      while (!this.#isSending && this.#session.id !== 0) {
        const turn = this.#session.takesText && this.#turns.length > 0 ? this.#turns[0] : null;
        if (turn !== null) this.#encrypt(turn);
        const count = op_skep_tls_take(this.#session.id, passing);
        if (count > 0) this.#transmit(copyOf(count));
        else if (turn === null) return;
        else {
          ArrayPrototypeShift(this.#turns);
          this.#finish(turn, turn.isRefused ? EPIPE : 0);
        }
      }
    }

    /** As much of a turn as the machine has room for; -1: all of it. */
    #encrypt(turn) {
      if (turn.offset < 0) return;
      const count = op_skep_tls_push(this.#session.id, turn.bytes, turn.offset);
      if (count < 0) turn.isRefused = true;
      turn.offset += count;
      if (count < 0 || turn.offset >= TypedArrayPrototypeGetByteLength(turn.bytes)) turn.offset = -1;
    }

    #transmit(bytes) {
      this.#isSending = true;
      const { handle } = this;
      const request = {
        handle,
        oncomplete: (status) => {
          this.#isSending = false;
          if (status < 0) this.abandon(status);
          else this.send();
        },
      };
      const status = handle.writeBuffer(request, bytes);
      if (status !== 0) nextTick(() => request.oncomplete(status));
    }

    #finish(turn, status) {
      const { request } = turn;
      const complete = (status) => inContext(turn.context, () => request.oncomplete?.(status, request.handle, undefined));
      if (!turn.isEnd || status !== 0) {
        complete(status);
        return;
      }
      const refused = this.handle.shutdown(request);
      if (refused !== 0) nextTick(() => complete(refused));
    }

    /** Nothing that is written will leave. */
    abandon(status) {
      const turns = this.#turns;
      this.#turns = [];
      for (let i = 0; i < turns.length; i++) this.#finish(turns[i], status);
    }
  }

  return { __proto__: null, Outgoing };
})();
