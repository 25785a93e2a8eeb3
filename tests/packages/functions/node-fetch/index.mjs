// node-fetch: bodies of all kinds, packed answers, redirects, errors, an abort.
import fetch, { FormData, AbortError } from "node-fetch";

const url = process.env.HTTP_URL;

export default async () => {
  const form = new FormData();
  form.set("field", "value");
  const controller = new AbortController();
  const aborted = fetch(`${url}/never`, { signal: controller.signal }).catch((error) => error instanceof AbortError);
  controller.abort();
  const posted = await fetch(`${url}/echo`, { method: "POST", body: JSON.stringify({ x: 1 }), headers: { "content-type": "application/json" } });
  return {
    posted: [posted.status, posted.headers.get("content-type"), await posted.json()],
    form: (await (await fetch(`${url}/echo`, { method: "POST", body: form })).json()).type,
    packed: await Promise.all(["gzip", "deflate", "br"].map(async (kind) => (await (await fetch(`${url}/packed/${kind}`)).text()).length)),
    redirected: await fetch(`${url}/redirect/1`).then(async (answer) => [answer.redirected, (await answer.json()).path]),
    refused: await fetch("http://127.0.0.1:1/").catch(({ code, type }) => [code, type]),
    aborted: await aborted,
  };
};
