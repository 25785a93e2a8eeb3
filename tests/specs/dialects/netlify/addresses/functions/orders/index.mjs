export default async (request, { params }) => Response.json({ by: "orders", path: new URL(request.url).pathname, ...params });
export const config = { path: ["/v2/orders/:id", "/v2/orders/:id/lines/:line?"], method: ["GET", "DELETE"] };
