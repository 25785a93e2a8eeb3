const ready = await new Promise((resolve) => setTimeout(() => resolve("awaited"), 5));
export const handler = async () => ({ statusCode: 200, body: ready });
