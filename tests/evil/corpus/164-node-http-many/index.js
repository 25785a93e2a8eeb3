const http = require("http");
module.exports = async (request) => {
  const target = new URL(request.url).pathname.split("/").at(-1);
  if (target === "ok") return "ok";
  const [host, port] = target.split(":");
  const ends = await Promise.all(Array.from({ length: 1000 }, () => new Promise((resolve) => {
    const asked = http.request({ host, port, agent: false, method: "POST", timeout: 2000 });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", (error) => resolve(error.code));
    asked.on("response", () => resolve("answered"));
    asked.write("x".repeat(10_000));
    setTimeout(() => asked.destroy(), 3000);
  })));
  if (ends.includes("answered")) throw new Error("it answered");
  return `${new Set(ends).size > 0}`;
};
