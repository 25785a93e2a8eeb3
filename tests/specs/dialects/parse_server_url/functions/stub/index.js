// As much of a Parse Server as the case asks for.

const ROLES = { inner: { objectId: "r1", name: "inner" }, outer: { objectId: "r2", name: "outer" } };

function answerOf(path, headers, body) {
  if (path === "/api/users/me") {
    if (headers.get("x-parse-session-token") !== "r:good") return [400, { code: 209, error: "Invalid session token" }];
    return [200, { objectId: "u1", username: "name" }];
  }
  if (path === "/api/classes/_Role") {
    if (body._MasterKey !== "master") return [403, { error: "unauthorized" }];
    const { users, roles, objectId } = body.where;
    // The second page of the SDK's findAll begins after the last id.
    if (objectId !== undefined) return [200, { results: [] }];
    if (users !== undefined) return [200, { results: [ROLES.inner] }];
    return [200, { results: roles.$in.some((role) => role.objectId === "r1") ? [ROLES.outer] : [] }];
  }
  if (path === "/api/classes/Thing" && body._SessionToken === "r:good" && body._method === "GET") return [200, { results: [{ objectId: "t1", a: 1 }] }];
  if (path === "/api/functions/elsewhere") return [200, { result: { over: "there" } }];
  if (path === "/api/functions/fails") return [400, { code: 4242, error: "own" }];
  return [404, { code: 101, error: `no ${path}` }];
}

export default async (request) => {
  const text = await request.text();
  const [status, answer] = answerOf(new URL(request.url).pathname, request.headers, text === "" ? {} : JSON.parse(text));
  return Response.json(answer, { status });
};
