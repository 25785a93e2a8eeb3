const http = require("http");
module.exports = async (request) => {
  const target = new URL(request.url).pathname.split("/").at(-1);
  if (target === "ok") return "ok";
  const [host, port] = target.split(":");
  const ask = (options) => new Promise((resolve) => {
    const asked = http.get({ host, port, agent: false, ...options }, (response) => {
      response.resume();
      resolve("answered");
    });
    asked.on("error", (error) => resolve(error.code));
  });
  const codes = await Promise.all([
    ...Array.from({ length: 10 }, () => ask({})),
    ask({ maxHeaderSize: 1 }),
    ask({ maxHeaderSize: 2 ** 31 - 1 }),
    ask({ insecureHTTPParser: true, maxHeaderSize: 2 ** 31 - 1 }),
  ]);
  const wrong = codes.filter((code) => code !== "HPE_HEADER_OVERFLOW");
  if (wrong.length > 0) throw new Error(`${codes}`);
  return "refused";
};
