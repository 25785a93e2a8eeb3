// got: JSON, retries, hooks, a stream, packed answers, errors.
import got from "got";

const client = got.extend({ prefixUrl: process.env.HTTP_URL, headers: { "x-own": "mine" }, retry: { limit: 0 } });

export default async () => {
  let retried = 0;
  const retry = { limit: 2, backoffLimit: 1 };
  const failed = await client("status/503", { retry, hooks: { beforeRetry: [() => { retried++; }] } }).catch(({ code, response }) => [code, response.statusCode]);
  let streamed = 0;
  for await (const piece of client.stream("packed/gzip")) streamed += piece.length;
  return {
    posted: await client.post("echo", { json: { x: 1 }, searchParams: { a: 1 } }).json(),
    packed: (await client("packed/br").text()).length,
    redirected: (await client("redirect/2").json()).path,
    failed: [failed, retried],
    late: await client("never", { timeout: { request: 50 } }).catch(({ name, code }) => [name, code]),
    refused: await got("http://127.0.0.1:1/", { retry: { limit: 0 } }).catch(({ code }) => code),
    streamed,
  };
};
