// The small servers that functions talk to, in one process: plain HTTP, stand-ins for services of the web, SMTP, WebSockets.
//
// `tests/it/packages/server.rs` starts it. When all listen it prints their addresses as a line of JSON, which become variables of the
// functions.
import { echo } from "./echo.mjs";
import { elasticsearch } from "./elasticsearch.mjs";
import { openai, stripe } from "./interfaces.mjs";
import { s3 } from "./s3.mjs";
import { smtp } from "./smtp.mjs";
import { socketIo, webSocket } from "./sockets.mjs";

const servers = { HTTP_URL: echo, S3_URL: s3, ELASTIC_URL: elasticsearch, OPENAI_URL: openai, STRIPE_URL: stripe, SMTP_URL: smtp, WS_URL: webSocket, SOCKET_IO_URL: socketIo };
const addresses = {};
for (const [name, start] of Object.entries(servers)) {
  const { server, scheme = "http" } = start();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  addresses[name] = `${scheme}://127.0.0.1:${server.address().port}`;
}
console.log(JSON.stringify(addresses));
