// Middy: its middlewares around a handler of Lambda; errors, JSON bodies, early answers, header names, and its timer for the end.
import middy from "@middy/core";
import errorHandler from "@middy/http-error-handler";
import headerNormalizer from "@middy/http-header-normalizer";
import jsonBody from "@middy/http-json-body-parser";

const early = () => ({
  before: ({ event }) => {
    if (event.rawPath === "/early") return { statusCode: 204, headers: { "x-early": "yes" } };
  },
  after: ({ response }) => {
    response.headers = { ...response.headers, "x-after": "ran" };
  },
});

const handle = async (event, context) => {
  if (event.rawPath === "/teapot") throw Object.assign(new Error("short and stout"), { statusCode: 418, expose: true });
  if (event.rawPath === "/broken") throw new Error("not for clients");
  return { statusCode: 200, body: JSON.stringify({ body: event.body ?? null, name: context.functionName, header: event.headers["x-one"] ?? null }) };
};

export const handler = middy(handle)
  .use(headerNormalizer())
  .use(jsonBody({ disableContentTypeCheck: true, disableContentTypeError: true }))
  .use(early())
  .use(errorHandler({ logger: false, fallbackMessage: "it broke" }));
