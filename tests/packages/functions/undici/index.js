// undici: request, stream, pool, fetch, errors, an abort.
const { request, fetch, Agent, Pool, stream, FormData, errors } = require("undici");
const { Writable } = require("stream");

const url = process.env.HTTP_URL;
const pool = new Pool(url, { connections: 2 });

module.exports = async () => {
  const posted = await request(`${url}/echo`, { method: "POST", headers: { "content-type": "application/json", "x-own": "mine" }, body: JSON.stringify({ x: 1 }) });
  let streamed = 0;
  await stream(`${url}/packed/gzip`, { method: "GET" }, () => new Writable({ write(piece, _encoding, done) { streamed += piece.length; done(); } }));
  const form = new FormData();
  form.set("field", "value");
  const controller = new AbortController();
  const aborted = request(`${url}/never`, { signal: controller.signal }).catch(({ name }) => name);
  controller.abort();
  return {
    posted: [posted.statusCode, await posted.body.json()],
    pooled: await Promise.all([1, 2, 3, 4, 5].map(async (n) => (await (await pool.request({ path: `/echo?n=${n}`, method: "GET" })).body.json()).path)),
    streamed: streamed > 20,
    fetched: await (await fetch(`${url}/redirect/1`, { dispatcher: new Agent() })).json(),
    form: (await (await fetch(`${url}/echo`, { method: "POST", body: form })).json()).type,
    refused: await request("http://127.0.0.1:1/").catch(({ code }) => code),
    aborted: await aborted,
    late: await request(`${url}/never`, { headersTimeout: 50, dispatcher: new Agent({ headersTimeout: 50 }) }).catch((error) => error instanceof errors.HeadersTimeoutError),
  };
};
