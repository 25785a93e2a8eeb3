export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let i = 0; i < 1e6; i++) Promise.reject(i);
  return 'done';
};
