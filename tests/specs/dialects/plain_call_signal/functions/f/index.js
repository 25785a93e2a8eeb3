let aborted = 0;

export default async (request, { call }) => {
  const begun = Date.now();
  switch (new URL(request.url).pathname) {
    case "/slow":
      request.signal.addEventListener("abort", () => {
        aborted++;
        console.log("the called function saw it");
      });
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return "slow";
    case "/quick":
      return "quick";
    case "/seen":
      return aborted;
    case "/aborted":
      return call("f", "/quick", { signal: AbortSignal.abort("mine") }).catch((reason) => reason);
    case "/in_time":
      return call("f", "/quick", { signal: AbortSignal.timeout(1000) });
  }
  return call("f", "/slow", { signal: AbortSignal.timeout(50) }).catch((error) => [error.name, Date.now() - begun < 1500]);
};
