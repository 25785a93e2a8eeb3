export const config = { path: ["/netlify-path-explodes/ok", "/:x((?:a+)+)b", "/:y(.*):z(.*):w(.*)!"], method: ["GET"] };

export default (request, context) => {
  // Its own name has no pattern, so that it asks for the parameters.
  if (request.url.endsWith("/ok")) return new Response("ok");
  return Response.json(context.params);
};
