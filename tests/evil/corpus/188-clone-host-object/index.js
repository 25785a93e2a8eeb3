// The mark by which deno_core knows objects of the host, on an object of the function: there is nothing that makes one of this type.
export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const { port1 } = new MessageChannel();
  const mark = Object.getOwnPropertySymbols(port1).find((symbol) => symbol.description === "Deno.core.hostObject") ?? Symbol.for("Deno.core.hostObject");
  return String(structuredClone({ [mark]: () => ({ type: "nothing" }) }));
};
