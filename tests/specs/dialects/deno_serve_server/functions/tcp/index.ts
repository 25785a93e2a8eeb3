let listened: unknown = null;
const options = { port: 8123, hostname: "127.0.0.1", reusePort: true, tcpBacklog: 5, cert: "c", key: "k", onListen: (addr: unknown) => { listened = addr; } };
const server = Deno.serve(options, () => {
  let again = "";
  try {
    Deno.serve(() => new Response());
  } catch (error) {
    again = `${error}`;
  }
  const members = [
    typeof server.shutdown, typeof server.ref, typeof server.unref, typeof server[Symbol.asyncDispose], server.finished instanceof Promise,
    server[Symbol.toStringTag],
  ];
  server.ref();
  server.unref();
  return Response.json({ addr: server.addr, listened, members, again });
});
