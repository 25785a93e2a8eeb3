// The schedules are due once while the request waits, and not again while the host is looked at.
const second = (new Date().getSeconds() + 6) % 60;

const bad = [
  () => { for (;;); },
  () => { const kept = []; for (;;) kept.push(new Array(1e4).fill(kept.length)); },
  () => { throw { get message() { throw 1; }, get stack() { for (;;); } }; },
  () => Promise.reject(new Proxy({}, { get() { throw 2; } })),
  () => ({ get then() { throw 3; } }),
];
for (let i = 0; i < 10; i++) Deno.cron(`bad ${i}`, `${second} * * * * *`, { backoffSchedule: [] }, bad[i % bad.length]);

Deno.serve(async (request) => {
  if (request.url.endsWith("/ok")) return new Response("ok");
  await new Promise((resolve) => setTimeout(resolve, 5000));
  return new Response("waited");
});
