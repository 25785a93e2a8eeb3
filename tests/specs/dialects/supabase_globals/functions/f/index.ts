let early = "";
try {
  EdgeRuntime.waitUntil(Promise.resolve());
} catch (error) {
  early = `${error}`;
}

Deno.serve(() => {
  EdgeRuntime.waitUntil(new Promise((resolve) => setTimeout(resolve, 10)).then(() => console.log("in the background")));
  let ai = false;
  try {
    new Supabase.ai.Session("gte-small");
  } catch (error: any) {
    ai = /Skep runs no models/.test(error.message) && /gte-small/.test(error.message);
  }
  return Response.json({ early, ai });
});
