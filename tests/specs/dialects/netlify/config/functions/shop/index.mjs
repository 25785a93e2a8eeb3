export default async (request, { params }) => Response.json(params);
export const config = { path: ["/shop/items/:item", "/shop/:year(\\d+)/*"], excludedPath: "/shop/items/hidden", method: ["GET", "POST"], rateLimit: { windowLimit: 1, windowSize: 1 } };
