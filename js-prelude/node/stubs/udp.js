// Stands for deno_node's `internal_binding/udp_wrap.ts`: functions have no datagrams.
(function () {
  const { refused, refusedClass } = __bootstrap.core.loadExtScript("ext:skep/node/refused.js");
  const instead = "connect with TCP: `net`";
  const UDP = refusedClass("A socket for datagrams", instead);
  const all = { constants: {}, SendWrap: UDP, UDP, open: refused("A socket for datagrams", instead) };
  return { __proto__: null, ...all, default: all };
})();
