const server = Deno.serve(() => new Response(`served ${later}`));
server.finished.then(() => {});
let later = "not yet";
later = "read";
