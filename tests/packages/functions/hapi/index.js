// hapi: routes, validation, a plugin, errors, and inject.
const Hapi = require("@hapi/hapi");
const Joi = require("joi");

const server = Hapi.server({ port: 3000, host: "localhost" });
server.validator(Joi);
server.route([
  { method: "GET", path: "/items/{id}", options: { validate: { params: { id: Joi.number().integer() } } }, handler: (request) => ({ id: request.params.id, query: request.query }) },
  { method: "POST", path: "/items", handler: (request, h) => h.response(request.payload).code(201).header("x-own", "mine") },
  { method: "GET", path: "/fails", handler: () => { throw new Error("hidden"); } },
  { method: "GET", path: "/inject", handler: async () => (await server.inject("/items/7")).result },
]);
server.start();
