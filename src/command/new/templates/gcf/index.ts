// The shape of Google Cloud Functions. For types: npm install --save-dev @google-cloud/functions-framework @types/express
import { http } from "@google-cloud/functions-framework";

http("hello", (req, res) => {
  const name = req.query.name ?? req.body?.name ?? "world";
  res.send({ message: `Hello, ${name}!` });
});
