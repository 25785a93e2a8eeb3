import { app, HttpRequest, HttpResponse, HttpResponseInit, InvocationContext } from "@azure/functions";

app.http("hello", {
  methods: ["GET", "POST"],
  authLevel: "anonymous",
  handler: async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    context.log(`Http function processed request for url "${request.url}"`);
    const name = request.query.get("name") || (await request.text()) || "world";
    return { body: `Hello, ${name}!` };
  },
});

app.get("answers", {
  route: "answers/{kind}",
  handler: async (request, context): Promise<any> => {
    switch (request.params.kind) {
      case "json": return { jsonBody: { a: "ä" } };
      case "status": return { status: 201, headers: { "x-own": "1" }, body: "created" };
      case "headers": return { headers: [["x-one", "1"], ["x-one", "2"]], body: "list" };
      case "cookies": return { body: "c", cookies: [{ name: "a", value: "ä b", httpOnly: true, sameSite: "Strict", maxAge: 5 }, { name: "b", value: "2", path: "/x", secure: true }] };
      case "response": return new Response("web", { status: 202 });
      case "http-response": return new HttpResponse({ status: 203, jsonBody: [1] });
      case "bytes": return { body: new Uint8Array([0, 255]) };
      case "stream": return { headers: { "content-type": "text/plain" }, body: (async function* () { yield new TextEncoder().encode("a"); yield new TextEncoder().encode("b"); })() };
      case "empty": return { status: 204, body: "left out" };
      case "nothing": return undefined;
      case "text": return "a text";
      case "bad": return { status: 42 };
      case "throws": throw new Error("on purpose");
      case "never": return new Promise(() => {});
      case "context": return { jsonBody: { id: context.invocationId.length > 0, name: context.functionName, trace: context.traceContext!.traceParent!.startsWith("00-"), trigger: context.options.trigger.type, extra: [typeof context.extraInputs.get, typeof context.extraOutputs.set] } };
      case "request": return { jsonBody: { request: request instanceof Request, own: request instanceof HttpRequest, user: request.user, query: [...request.query], params: request.params, method: request.method } };
    }
  },
});

app.get("item", { route: "items/{id:int}/{tab?}", handler: async (request) => ({ jsonBody: request.params }) });
app.get("any", { route: "items/{name}", handler: async (request) => ({ jsonBody: { any: request.params.name } }) });
app.get("rest", { route: "files/{*rest}", handler: async (request) => ({ body: request.params.rest }) });
app.deleteRequest("gone", async () => ({ status: 204 }));
app.post("echo", async (request) => ({ jsonBody: await request.json() }));
app.http("secret", { authLevel: "function", handler: () => ({ body: "opened" }) });
