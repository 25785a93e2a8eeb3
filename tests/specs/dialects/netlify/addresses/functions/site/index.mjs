export default async (request) => Response.json({ by: "site", path: new URL(request.url).pathname });
export const config = { path: ["/v2/*", "/given"], excludedPath: ["/v2/static/*", "/v2/:any.css"] };
