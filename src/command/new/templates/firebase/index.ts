// The shape of Cloud Functions for Firebase. For types: npm install --save-dev firebase-functions
import { HttpsError, onCall } from "firebase-functions/v2/https";
import { defineString } from "firebase-functions/params";

// A variable of [env] in function.toml.
const greeting = defineString("GREETING");

export const hello = onCall((request) => {
  const { name } = request.data ?? {};
  if (typeof name !== "string") throw new HttpsError("invalid-argument", "name must be a text");
  return { message: `${greeting.value()}, ${name}!` };
});
