// Stands for deno_node's `internal_binding/pipe_wrap.ts`: Unix sockets and pipes of the machine are closed to functions.
//
// Invariant: whatever is asked of a pipe is refused with EACCES, as a system refuses it.

(function () {
  const { core } = __bootstrap;
  const { AsyncWrap, providerType } = core.loadExtScript("ext:deno_node/internal_binding/async_wrap.ts");
  const { HandleWrap } = core.loadExtScript("ext:skep/node/handles.js");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");
  const EACCES = codeMap.get("EACCES");

  const refuse = () => EACCES;

  class Pipe extends HandleWrap {
    reading = false;
    bind = refuse;
    connect = refuse;
    connect2 = refuse;
    fchmod = refuse;
    listen = refuse;
    open = refuse;
    readStart = refuse;
    readStop = refuse;
    setPendingInstances() {}
    constructor() {
      super(providerType.PIPEWRAP);
    }
  }

  class PipeConnectWrap extends AsyncWrap {
    constructor() {
      super(providerType.PIPECONNECTWRAP);
    }
  }

  const constants = { SOCKET: 0, SERVER: 1, IPC: 2, UV_READABLE: 1, UV_WRITABLE: 2 };
  const socketType = { SOCKET: 0, SERVER: 1, IPC: 2 };
  const all = { constants, Pipe, PipeConnectWrap, setupListenWrap() {}, socketType };
  return { __proto__: null, ...all, default: all };
})();
