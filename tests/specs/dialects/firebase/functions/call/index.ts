import { HttpsError, onCall } from "firebase-functions/v2/https";
import { defineInt, defineSecret, defineString } from "firebase-functions/params";

const word = defineString("WORD");
const key = defineSecret("API_KEY");
const many = defineInt("MANY");

export const add = onCall({ secrets: [key] }, (request) => {
  const { data } = request;
  switch (data?.do) {
    case "params":
      return { word: word.value(), key: key.value(), many: many.value() };
    case "request":
      return { keys: Object.keys(request).sort(), auth: request.auth ?? null, accepts: request.acceptsStreaming, raw: typeof request.rawRequest.get };
    case "code":
      throw new HttpsError(data.code, "in words", data.details);
    case "error":
      throw new Error("not for clients");
    case "date":
      return { nothing: undefined, nan: null, list: [1, "ä"] };
    case "nan":
      return NaN;
    case "nothing":
      return;
  }
  return { sum: data.a + data.b };
});
