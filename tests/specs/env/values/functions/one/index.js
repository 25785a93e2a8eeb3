export default {
  fetch(request, env) {
    if (request.url.endsWith("?change")) env.GREETING = "changed";
    return Response.json(env);
  },
};
