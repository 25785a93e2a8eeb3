// Stands in for `02_tls.js` of deno_net, under whose specifier runtime/ops/mod.rs lists it.
//
// `22_http_client.js` of deno_fetch loads it for client certificates; nothing goes out from here.
//
// Invariant: functions have no raw sockets and no client certificates.
(function () {
  const { primordials: { TypeError } } = __bootstrap;
  return {
    loadTlsKeyPair() {
      throw new TypeError("client certificates are not supported");
    },
  };
})();
