Deno.serve({
  onError() {
    throw new Error("again");
  },
}, () => {
  throw new Error("first");
});
