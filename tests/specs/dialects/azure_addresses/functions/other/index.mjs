import { app } from "@azure/functions";
app.http("second", { methods: ["PUT"], handler: async () => ({ body: "second" }) });
app.http("hello", { handler: async () => ({ body: "hello of other" }) });
