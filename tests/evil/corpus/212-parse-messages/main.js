Parse.Cloud.job("talks", async (request) => {
  for (let i = 0; i < 1e6; i++) {
    request.message(i % 1000 === 0 ? "x".repeat(1e6) : `${i}`);
    if (i % 10_000 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
});
