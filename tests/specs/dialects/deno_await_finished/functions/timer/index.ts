setInterval(() => {}, 1000);
await Deno.serve(() => new Response("served")).finished;
export default 1;
