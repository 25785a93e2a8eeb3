async function finish(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  console.log("finished after the answer");
}

Deno.serve(() => {
  EdgeRuntime.waitUntil(finish());
  return new Response("answered");
});
