export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const tag = () => tag`${tag}`;
  return tag`x`;
};
