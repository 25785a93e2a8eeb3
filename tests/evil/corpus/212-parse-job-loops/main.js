Parse.Cloud.job("loops", async (request) => {
  await request.message("begun");
  for (;;);
});
Parse.Cloud.define("ok", () => "ok");
