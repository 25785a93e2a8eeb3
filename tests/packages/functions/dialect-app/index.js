// An application of Express that is exported under a name, as Google's and Firebase's examples do.
const express = require("express");

const app = express();
app.use(express.json());
app.post("/items/:id", (request, response) => response.status(201).json({ id: request.params.id, body: request.body, url: request.originalUrl }));
app.use((error, _request, response, _next) => response.status(error.status).send(error.type));

exports.app = app;
