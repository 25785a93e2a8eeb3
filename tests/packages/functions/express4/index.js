// Express 4 with its older router and callbacks, an application below another, and templates by ejs.
const path = require("path");
const express = require("express4");

const admin = express();
admin.get("/:id(\\d+)", (request, response) => response.json({ admin: request.params.id, base: request.baseUrl }));

const app = express();
app.set("views", path.join(__dirname, "views"));
app.engine("ejs", require("ejs").__express);
app.set("view engine", "ejs");
app.use(require("express4").json());
app.use("/admin", admin);
app.get("/page", (_request, response) => response.render("page", { title: "<T>", items: ["a", "b"] }));
app.all("/any/*", (request, response) => response.send(`${request.method} ${request.params[0]}`));
app.param("user", (request, _response, next, id) => { request.user = { id }; next(); });
app.get("/users/:user", (request, response) => response.json(request.user));
app.get("/fails", (_request, _response, next) => next(new Error("broken")));
app.use((error, _request, response, _next) => response.status(500).send(error.message));
module.exports = app.listen(3000);
