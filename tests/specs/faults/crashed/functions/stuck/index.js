// A module whose top-level await never settles stops the engine's event loop: the engine gives the instance up.
export default async () => {
  const module = await import("./never.js");
  return module.default;
};
