// axios: requests of all kinds with the adapter of Node, packed answers, redirects, errors, an abort, a stream, a form.
const axios = require("axios");
const { Agent } = require("http");
const FormData = require("form-data");

const client = axios.create({ baseURL: process.env.HTTP_URL, headers: { "x-own": "mine" }, httpAgent: new Agent({ keepAlive: true }) });

/** A request is sent once, even where it meets a connection that was kept. */
async function broken() {
  await client.get("/echo");
  const code = await client.post("/break/axios", { pay: 1 }).catch((error) => error.code);
  return [code, (await client.get("/broken/axios")).data.count];
}

module.exports = async () => {
  const posted = await client.post("/echo?a=1", { x: 1 });
  const controller = new AbortController();
  const aborted = client.get("/never", { signal: controller.signal }).catch(({ code, name }) => [code, name]);
  controller.abort();
  const { data: stream } = await client.get("/packed/gzip", { responseType: "stream" });
  let streamed = 0;
  for await (const piece of stream) streamed += piece.length;
  const form = new FormData();
  form.append("field", "value");
  form.append("file", Buffer.from("contents"), { filename: "a.txt" });
  const uploaded = await client.post("/echo", form);
  return {
    posted: [posted.status, posted.data, posted.headers["content-type"]],
    packed: await Promise.all(["gzip", "deflate", "br"].map(async (kind) => (await client.get(`/packed/${kind}`)).data.length)),
    redirected: (await client.get("/redirect/2")).data.path,
    tooMany: await client.get("/redirect/5", { maxRedirects: 2 }).catch(({ code }) => code),
    status: await client.get("/status/404").catch(({ code, response }) => [code, response.status, response.data]),
    refused: await axios.get("http://127.0.0.1:1/").catch(({ code }) => code),
    late: await client.get("/never", { timeout: 50 }).catch(({ code }) => code),
    aborted: await aborted,
    streamed,
    uploaded: [uploaded.data.type, uploaded.data.body.includes("contents")],
    basic: (await client.get("/echo", { auth: { username: "a", password: "b" } })).data.authorization,
    broken: await broken(),
    adapter: axios.defaults.adapter,
  };
};
