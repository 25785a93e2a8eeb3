// Middy behind API Gateway's first event, in CommonJS: header names, JSON bodies, and errors with a status.
const { default: middy } = require("@middy/core");
const { default: errorHandler } = require("@middy/http-error-handler");
const { default: headerNormalizer } = require("@middy/http-header-normalizer");
const { default: jsonBody } = require("@middy/http-json-body-parser");

const handle = async (event) => {
  if (event.path === "/teapot") throw Object.assign(new Error("short and stout"), { statusCode: 418, expose: true });
  if (event.path === "/lists") return { statusCode: 200, multiValueHeaders: { "x-list": ["a", "b"], "set-cookie": ["c=1", "d=2"] }, body: "lists" };
  const { body, httpMethod, headers, multiValueHeaders, queryStringParameters, multiValueQueryStringParameters, pathParameters } = event;
  return { statusCode: 200, body: JSON.stringify({ body, httpMethod, one: headers["x-one"], many: multiValueHeaders["X-One"] ?? null, queryStringParameters, multiValueQueryStringParameters, pathParameters }) };
};

exports.handler = middy(handle).use(headerNormalizer()).use(jsonBody({ disableContentTypeError: true })).use(errorHandler({ logger: false, fallbackMessage: "it broke" }));
