import { createServer } from "node:http";

// As Nest starts: nothing of it is awaited by the module.
async function start() {
  await new Promise((resolve) => setTimeout(resolve, 5));
  createServer((_request, response) => response.end("later")).listen({ port: 0, host: "127.0.0.1" });
}
start();
