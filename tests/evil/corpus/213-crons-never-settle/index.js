// The schedules are due once while the request waits, and not again while the host is looked at.
const second = (new Date().getSeconds() + 6) % 60;

let due = 0;
for (let i = 0; i < 64; i++) {
  Deno.cron(`never ${i}`, `${second} * * * * *`, { backoffSchedule: i % 2 === 0 ? [] : [100] }, () => {
    due++;
    return new Promise(() => {
      if (i % 4 < 2) setInterval(() => {}, 100);
    });
  });
}

Deno.serve(async (request) => {
  if (request.url.endsWith("/ok")) return new Response("ok");
  for (let i = 0; i < 55 && due < 64; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  return new Response(`${due} are due`);
});
