// Watches the sockets that an agent of `node:http` keeps for the next request.
//
// `_http_agent` of deno_node calls it when it puts a socket aside, and when it takes it up again (`src/polyfills/cut.rs`), as Node 24 does.
//
// Invariant: bytes that a server sends while no request waits destroy the socket, so that the next request never takes them for its answer.

(function () {
  const { core, primordials } = __bootstrap;
  const { SafeWeakMap } = primordials;
  const { kReadBytesOrError, streamBaseState } = core.loadExtScript("ext:deno_node/internal_binding/stream_wrap.ts");

  /** What a watched handle called before, and calls again. */
  const readers = new SafeWeakMap();

  function watch(socket) {
    if (socket.readableLength > 0) {
      socket.destroy();
      return;
    }
    const handle = socket._handle;
    if (handle === null || handle === undefined || socket.connecting || typeof handle.readStart !== "function") return;
    readers.set(handle, handle.onread);
    handle.onread = () => {
      if (streamBaseState[kReadBytesOrError] !== 0) socket.destroy();
    };
    if (!handle.reading) {
      handle.reading = true;
      if (handle.readStart() !== 0) socket.destroy();
    }
  }

  function release(socket) {
    const handle = socket._handle;
    if (handle === null || handle === undefined || !readers.has(handle)) return;
    handle.onread = readers.get(handle);
    readers.delete(handle);
  }

  return { __proto__: null, release, watch };
})();
