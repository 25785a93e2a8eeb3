// Stands for deno_node's `internal_binding/tls_wrap.ts`: TLS over any handle.
//
// `tls` of deno_node wraps the handle of a socket, or of a stream of the function's own (`JSStreamSocket`), and calls it as it calls Node's.
// node/tls/session.js carries the bytes.
//
// Invariant: what is reachable from `socket._handle` is JavaScript, and leads to no other connection.

(function () {
  const { core, primordials } = __bootstrap;
  const { Error, SymbolFor, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength, TypedArrayPrototypeSet, Uint8Array } = primordials;
  const { providerType } = core.loadExtScript("ext:deno_node/internal_binding/async_wrap.ts");
  const { noteRead, noteWritten, StreamHandle } = core.loadExtScript("ext:skep/node/net/stream_handle.js");
  const { openMachine, optionsOf } = core.loadExtScript("ext:skep/node/tls/options.js");
  const { NOTHING } = core.loadExtScript("ext:skep/node/tls/passing.js");
  const { exportKeys, peerCertificate, peerCertificates } = core.loadExtScript("ext:skep/node/tls/peer.js");
  const { Session } = core.loadExtScript("ext:skep/node/tls/session.js");
  const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");
  const { convertALPNProtocols } = core.loadExtScript("ext:deno_node/internal/tls_common.js");
  const { nextTick } = core.loadExtScript("ext:deno_node/_next_tick.ts");

  const ECANCELED = codeMap.get("ECANCELED");
  const EOF = codeMap.get("EOF");
  const EPIPE = codeMap.get("EPIPE");
  const jsStream = SymbolFor("kJSStreamHandle"); // What js_stream_socket.js marks its handles with.

  class TLSWrap extends StreamHandle {
    #agreed = null; // What `op_skep_tls_info` said when the handshake was over.
    #handle;
    #name;
    #options;
    #protocols = NOTHING;
    #readerBuffer = null;
    #session;

    constructor(handle, options, name) {
      super(providerType.TLSWRAP, (request, bytes) => this.#write(request, bytes));
      this.#handle = handle;
      this.#options = options;
      this.#name = name;
      this.#session = new Session({
        __proto__: null,
        abort: (error) => this._owner?.destroy(error),
        data: (chunk) => this.#deliver(chunk),
        end: (code) => this.#deliverEnd(code),
        fail: (error) => {
          error.library = "SSL routines";
          this.onerror?.(error);
        },
        judge: (agreed) => {
          this.#agreed = agreed;
          this.onhandshakedone?.();
        },
      });
    }

    /** Takes the place of the reader of a handle. */
    _installNativeOnread(handle) {
      this.#handle = handle;
      this.#session.attach(handle);
      if (handle[jsStream]) {
        handle.readBuffer = (chunk) => this.#session.receive(chunk);
        handle.emitEOF = () => this.#session.endBelow(EOF);
        return;
      }
      handle.onread = (buffer, count) => {
        if (count > 0) this.#session.receive(new Uint8Array(buffer, 0, count));
        else if (count < 0) this.#session.endBelow(count);
      };
    }

    _attachNativeHandle(handle) {
      this._installNativeOnread(handle);
      this._nativeTcpHandle = handle;
    }

    start() {
      this.#session.start(this.#name, this.#options, this.#protocols);
      return 0;
    }

    receive(bytes) {
      this.#session.receive(bytes);
    }

    #deliver(chunk) {
      const length = TypedArrayPrototypeGetByteLength(chunk);
      this.bytesRead += length;
      noteRead(length);
      if (this.#readerBuffer !== null) TypedArrayPrototypeSet(this.#readerBuffer, chunk);
      this.onread?.(TypedArrayPrototypeGetBuffer(chunk), length);
    }

    #deliverEnd(code) {
      noteRead(code);
      this.onread?.(undefined, code);
    }

    /** The reader has a buffer of its own, which is filled before it is called. */
    useUserBuffer(buffer) {
      this.#session.roomMax = TypedArrayPrototypeGetByteLength(buffer);
      this.#readerBuffer = buffer;
    }

    readStart() {
      this.#session.resume();
      return 0;
    }

    readStop() {
      this.#session.pause();
      return 0;
    }

    #write(request, bytes) {
      if (this.#session.isOver) return EPIPE;
      if (noteWritten(this, bytes) === 0) nextTick(() => request.oncomplete?.(0, this, undefined));
      else this.#session.write(request, bytes);
      return 0;
    }

    /** Says goodbye, and ends what is below; before the handshake there is nobody to say it to. */
    shutdown(request) {
      if (this.#session.id === 0 || this.#session.isIdle) return this.#handle.shutdown(request);
      this.#session.write(request, null);
      return 0;
    }

    setClosing() {
      this.#session.close();
    }

    cancelWrite() {
      this.#session.abandon(ECANCELED);
    }

    destroySsl() {
      this.#session.free();
    }

    setAlpnProtocols(protocols) {
      const converted = { __proto__: null, ALPNProtocols: NOTHING };
      convertALPNProtocols(protocols, converted);
      this.#protocols = converted.ALPNProtocols;
    }

    setServername(name) {
      this.#name = `${name}`;
    }

    /** Why the peer is not trusted, whatever its name; null: it is. */
    verifyError() {
      return (this.#agreed?.verdict ?? "UNABLE_TO_VERIFY_LEAF_SIGNATURE") || null;
    }

    getPeerCertificate() {
      return peerCertificate(this.#session.id);
    }

    getPeerCertificateChain() {
      return peerCertificates(this.#session.id);
    }

    getProtocol(into) {
      if (!this.#agreed) return -1;
      into.protocol = this.#agreed.protocol;
      return 0;
    }

    getCipher(into) {
      if (!this.#agreed) return -1;
      into.name = this.#agreed.cipher;
      into.standardName = this.#agreed.standardCipher;
      into.version = this.#agreed.protocol;
      return 0;
    }

    getAlpnNegotiatedProtocol(into) {
      into.alpnProtocol = this.#agreed?.alpn || false;
    }

    getServername() {
      return this.#name || false;
    }

    exportKeyingMaterial(length, label, context) {
      return exportKeys(this.#session.id, this.#agreed !== null, length, label, context);
    }

    isSessionReused() {
      return false;
    }

    // rustls does not tell them; nothing that is in use asks for them.
    getFinished() {}
    getPeerFinished() {}

    enableTrace() {}
    setSessionAllowed() {}
    setVerifyMode() {}
  }

  /** A handle that speaks TLS over another. */
  function wrap(handle, context, isServer, name) {
    const options = optionsOf(context);
    const made = new TLSWrap(handle, options, name ? `${name}` : "");
    if (isServer) {
      made._initError = new Error("a function cannot be a TLS server: Skep itself speaks TLS with clients");
      made._initError.code = "EACCES";
      return made;
    }
    // What is wrong with certificates and keys is told at once, as Node does; what is wrong with versions, when the connection starts.
    if (options.flags & 3 && (options.ca || options.identity)) openMachine(null, options, NOTHING);
    if (handle[jsStream]) made._installNativeOnread(handle);
    else made._attachNativeHandle(handle);
    return made;
  }

  const all = { TLSWrap, wrap };
  return { __proto__: null, ...all, default: all };
})();
