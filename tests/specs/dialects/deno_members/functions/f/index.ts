const REFUSED = [
  "ChildProcess", "Command", "kill", "spawn", "spawnAndWait", "spawnAndWaitSync", "chdir", "connect", "connectTls", "connectQuic", "startTls",
  "upgradeWebTransport", "QuicEndpoint", "resolveDns", "listen", "listenTls", "listenDatagram", "createHttpClient", "HttpClient",
  "upgradeWebSocket", "openKv", "Kv", "AtomicOperation", "KvListIterator", "KvU64", "dlopen", "UnsafeCallback", "UnsafeFnPointer",
  "UnsafePointer", "UnsafePointerView", "UnsafeWindowSurface", "consoleSize", "writeFile", "writeTextFileSync", "mkdir", "remove", "watchFs",
  "makeTempFile", "bundle",
];

async function refusal(name: string) {
  const member = (Deno as any)[name];
  if (typeof member !== "function") return "missing";
  try {
    await (/^[A-Z]/.test(name) ? new member() : member());
    return "works";
  } catch (error: any) {
    return `${error.name}: ${error.message}`;
  }
}

Deno.serve(async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/refused") return Response.json(Object.fromEntries(await Promise.all(REFUSED.map(async (name) => [name, await refusal(name)]))));
  if (pathname === "/print") return new Response(`${Deno.stdout.writeSync(new TextEncoder().encode("hello\n"))}`);
  if (pathname === "/exit") Deno.exit(3);
  Deno.test("nothing", () => {});
  Deno.test.ignore("nothing", () => {});
  Deno.bench("nothing", () => {});
  Deno.addSignalListener("SIGTERM", () => {});
  Deno.unrefTimer(setTimeout(() => {}, 1));
  Deno.exitCode = 2;
  const notFound = new Deno.errors.NotFound("gone");
  return Response.json({
    version: Object.keys(Deno.version),
    build: [Deno.build.os, Deno.build.standalone],
    env: [Deno.env.get("GREETING"), Deno.env.has("GREETING"), Deno.env.get("NOTHING") ?? null, Deno.env.toObject().GREETING],
    args: Deno.args,
    cwd: Deno.cwd(),
    main: Deno.mainModule,
    noColor: Deno.noColor,
    pid: typeof Deno.pid,
    exitCode: Deno.exitCode,
    inspected: Deno.inspect({ a: [1] }),
    memory: Object.keys(Deno.memoryUsage()),
    system: typeof Deno.systemMemoryInfo().total,
    permissions: [(await Deno.permissions.query({ name: "read" })).state, Deno.permissions.querySync({ name: "run" }).state],
    errors: [notFound instanceof Deno.errors.NotFound, notFound instanceof Error, notFound.name, notFound.message],
    terminal: [Deno.stdin.isTerminal(), Deno.stdout.isTerminal(), await Deno.stdin.read(new Uint8Array(1))],
    host: [Deno.hostname(), Deno.osRelease(), Deno.loadavg().length, Deno.uid(), Deno.gid()],
    unknown: ["nothing" in Deno, (Deno as any).nothing ?? null, "readTextFile" in Deno, "core" in Deno, "internal" in Deno],
  });
});
