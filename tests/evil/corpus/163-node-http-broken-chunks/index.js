const http = require("http");
module.exports = async (request) => {
  const target = new URL(request.url).pathname.split("/").at(-1);
  if (target === "ok") return "ok";
  const [host, port] = target.split(":");
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const ask = (options) => new Promise((resolve) => {
    const asked = http.get({ host, port, agent, ...options }, (response) => {
      response.on("error", () => {});
      response.on("close", () => resolve(response.complete ? "complete" : "broken"));
      response.resume();
    });
    asked.on("error", (error) => resolve(error.code));
  });
  const found = new Set();
  for (let i = 0; i < 10; i++) {
    const ends = await Promise.all(Array.from({ length: 20 }, (_, n) => ask({ insecureHTTPParser: n % 2 === 0 })));
    for (const end of ends) found.add(end);
  }
  if (found.has("complete")) throw new Error("chunks that are none were taken for a body");
  agent.destroy();
  return "broken";
};
