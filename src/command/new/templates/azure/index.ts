// The shape of Azure Functions, model v4. For types: npm install --save-dev @azure/functions
import { app } from "@azure/functions";
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";

app.http("hello", {
  methods: ["GET", "POST"],
  route: "hello/{name?}",
  handler: async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    context.log("called as", request.method);
    return { jsonBody: { message: `Hello, ${request.params.name ?? "world"}!` } };
  },
});
