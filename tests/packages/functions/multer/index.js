// multer with Express: files and fields of a form, kept in memory, and a file that is too large.
const express = require("express");
const multer = require("multer");

const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 100 } });
const app = express();
app.post("/", upload.fields([{ name: "files", maxCount: 2 }]), (request, response) => {
  const files = request.files.files.map(({ originalname, mimetype, size, buffer }) => ({ originalname, mimetype, size, text: buffer.toString() }));
  response.json({ body: request.body, files });
});
app.use((error, _request, response, _next) => response.status(400).json({ name: error.name, code: error.code, field: error.field }));
app.listen(3000);
