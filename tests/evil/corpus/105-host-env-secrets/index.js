export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const text = JSON.stringify([ctx.env, Deno.env.toObject(), Object.keys(globalThis)]) + new Error('x').stack;
  return /PATH=|\/root|\/home|SKEP_/.test(text) ? text : 'none';
};
