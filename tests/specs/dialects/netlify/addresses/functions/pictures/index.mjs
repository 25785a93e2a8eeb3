export default async (request, { params }) => Response.json({ by: "pictures", ...params });
export const config = { path: "/v2/img/:name.png", excludedPath: "/v2/img/secret.png" };
