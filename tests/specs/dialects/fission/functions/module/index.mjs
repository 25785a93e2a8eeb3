export default async (context) => ({ status: 200, body: `${context.request.method} ${typeof context.response.send}` });
