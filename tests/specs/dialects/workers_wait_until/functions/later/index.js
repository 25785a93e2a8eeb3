const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export default {
  fetch(request, _env, ctx) {
    ctx.waitUntil(request.url.endsWith("?fail") ? fail() : finish());
    return new Response("answered");
  },
};

async function finish() {
  await pause(10);
  console.log("finished after the answer");
}

async function fail() {
  await pause(10);
  throw new Error("failed after the answer");
}
