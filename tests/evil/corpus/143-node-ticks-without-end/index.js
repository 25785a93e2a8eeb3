module.exports = (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const again = () => process.nextTick(again);
  again();
  return new Promise(() => {});
};
