export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let signal = new AbortController().signal;
  for (let i = 0; i < 2e4; i++) signal = AbortSignal.any([signal]);
  return String(signal.aborted);
};
