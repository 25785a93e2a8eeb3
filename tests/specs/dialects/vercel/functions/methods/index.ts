// Web handlers, one for each method.
import { geolocation, getEnv, ipAddress, waitUntil } from "@vercel/functions";

export function GET(request: Request, { waitUntil: own }: { waitUntil(promise: Promise<unknown>): void }) {
  const url = new URL(request.url);
  own(Promise.resolve().then(() => console.log("after the answer")));
  waitUntil(new Promise((resolve) => setTimeout(resolve, 1)));
  if (url.pathname === "/geo") return Response.json({ geo: geolocation(request), ip: ipAddress(request), env: getEnv().VERCEL_ENV ?? null });
  return new Response(`GET ${url.pathname}${url.search}`, { headers: { "x-own": "1" } });
}

export async function POST(request: Request) {
  return Response.json({ got: await request.json() }, { status: 201 });
}

export const DELETE = () => {
  throw new Error("on purpose");
};
