export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let C = class {};
  for (let i = 0; i < 1e5; i++) C = class extends C {};
  return String(new C());
};
