// Routes see the path as sent, so its own name is still in it.
export default (request) => (new URL(request.url).pathname.endsWith("/ok") ? "ok" : "mine");
