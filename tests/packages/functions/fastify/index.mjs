// Fastify: schemas, hooks, a plugin, errors, a stream, and inject.
import { Readable } from "node:stream";
import Fastify from "fastify";

const app = Fastify({ genReqId: () => "fixed" });
app.addHook("onSend", async (_request, reply, payload) => { reply.header("x-hook", "sent"); return payload; });
app.register(async (scope) => {
  scope.decorateRequest("who", "");
  scope.addHook("preHandler", async (request) => { request.who = request.headers["x-who"] ?? "nobody"; });
  scope.get("/who", async (request) => ({ who: request.who }));
}, { prefix: "/scope" });
const params = { type: "object", properties: { id: { type: "integer" } } };
const shown = { type: "object", properties: { id: { type: "integer" } } };
app.get("/items/:id", { schema: { params, response: { 200: shown } } }, async (request) => ({ id: request.params.id, hidden: 1 }));
app.post("/items", { schema: { body: { type: "object", required: ["name"], properties: { name: { type: "string", minLength: 2 } } } } }, async (request, reply) => reply.code(201).send(request.body));
app.get("/stream", (_request, reply) => reply.type("text/plain").send(Readable.from(["a", "b"])));
app.get("/fails", async () => { throw Object.assign(new Error("broken"), { statusCode: 418 }); });
app.get("/inject", async () => (await app.inject("/items/7")).json());
await app.listen({ port: 3000 });
