// polka: parameters, middleware, JSON by hand.
const polka = require("polka");

polka()
  .use((request, _response, next) => { request.who = request.headers["x-who"] || "nobody"; next(); })
  .get("/items/:id", (request, response) => { response.writeHead(200, { "content-type": "application/json" }); response.end(JSON.stringify({ id: request.params.id, query: request.query, who: request.who })); })
  .post("/body", (request, response) => { let text = ""; request.on("data", (piece) => { text += piece; }).on("end", () => response.end(text.toUpperCase())); })
  .listen(3000);
