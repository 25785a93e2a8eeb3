// Stands in for deno_net's JavaScript, which `22_http_client.js` loads for client certificates. Functions have no raw sockets.
(function () {
  const { primordials: { TypeError } } = __bootstrap;
  return {
    loadTlsKeyPair() {
      throw new TypeError("client certificates are not supported");
    },
  };
})();
