Deno.serve(() => {
  throw new Error("thrown by a server");
});
