const http = require("http");
module.exports = async (request) => {
  const target = new URL(request.url).pathname.split("/").at(-1);
  if (target === "ok") return "ok";
  const [host, port] = target.split(":");
  const ask = (use) => new Promise((resolve, reject) => {
    const asked = http.get({ host, port, agent: false }, (response) => use(response, resolve));
    asked.on("error", reject);
  });
  // Nobody reads: the server has to wait.
  const unread = await Promise.all(Array.from({ length: 20 }, () => ask((response, resolve) => {
    setTimeout(() => {
      resolve(response.socket.bytesRead);
      response.destroy();
    }, 1000);
  })));
  const most = Math.max(...unread);
  if (most > 2_000_000) throw new Error(`${most} bytes came unread`);
  // One reader stops in the middle.
  await ask((response, resolve) => {
    let count = 0;
    response.on("data", (chunk) => {
      count += chunk.length;
      if (count > 5_000_000) response.destroy();
    });
    response.on("error", () => {});
    response.on("close", resolve);
  });
  // One keeps everything.
  const kept = [];
  await ask((response) => response.on("data", (chunk) => kept.push(chunk)));
  return "never";
};
