export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const thenable = {};
  const promise = Promise.resolve(thenable);
  thenable.then = Promise.prototype.then.bind(promise);
  await Promise.resolve(thenable);
  return 'never';
};
