export default () => ({
  global: typeof globalThis.stolen,
  prototype: typeof {}.stolen,
  json: JSON.stringify({ a: 1 }),
  response: new Response("x") instanceof Response,
});
