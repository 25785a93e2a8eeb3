// One origin is allowed.
import { onRequest } from "firebase-functions/https";
export const strict = onRequest({ cors: ["https://one.test"] }, async (_request, response) => {
  response.json({ ok: true });
});
