let calls = 0;
Parse.Cloud.define("all", async (request) => {
  calls++;
  const inner = await Promise.allSettled([Parse.Cloud.run("all", { depth: (request.params.depth ?? 0) + 1 }), Parse.Cloud.run("all")]);
  return { calls, reasons: [...new Set(inner.map((each) => each.reason?.message))] };
});
