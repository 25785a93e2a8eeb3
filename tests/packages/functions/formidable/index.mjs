// formidable on a plain server: fields and files of a form, kept in memory, and a body that is too large.
import http from "node:http";
import { Writable } from "node:stream";
import formidable from "formidable";

http.createServer(async (request, response) => {
  const texts = {};
  const fileWriteStreamHandler = (file) => new Writable({ write(piece, _encoding, done) { texts[file.originalFilename] = (texts[file.originalFilename] ?? "") + piece; done(); } });
  try {
    const [fields, files] = await formidable({ fileWriteStreamHandler, maxFileSize: 100, multiples: true }).parse(request);
    const listed = Object.entries(files).map(([name, parts]) => [name, parts.map(({ originalFilename, mimetype, size }) => ({ originalFilename, mimetype, size }))]);
    response.setHeader("content-type", "application/json").end(JSON.stringify({ fields, listed, texts }));
  } catch (error) {
    response.writeHead(error.httpCode ?? 500, { "content-type": "application/json" }).end(JSON.stringify({ code: error.code }));
  }
}).listen(3000);
