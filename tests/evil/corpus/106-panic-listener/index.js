addEventListener("error", () => {
  throw new Error("again");
});
export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const target = new EventTarget();
  for (let i = 0; i < 100; i++) target.addEventListener("x", () => { throw new Error("in a listener"); });
  target.dispatchEvent(new Event("x"));
  const abort = new AbortController();
  abort.signal.onabort = () => { throw null; };
  abort.abort();
  return "survived";
};
