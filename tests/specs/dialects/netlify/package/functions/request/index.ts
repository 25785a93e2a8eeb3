import type { Config, Context } from "@netlify/functions";

export default async (request: Request, context: Context) => new Response(`${context.server.region} ${request.method}`);

export const config: Config = { method: "GET" };
