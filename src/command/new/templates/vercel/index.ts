// The shape of Vercel's functions: one export for each HTTP method.
import { waitUntil } from "@vercel/functions";

export function GET(request: Request): Response {
  const name = new URL(request.url).pathname.slice(1) || "world";
  // Continues after the answer was sent.
  waitUntil(Promise.resolve().then(() => console.log("greeted", name)));
  return Response.json({ message: `Hello, ${name}!` });
}

export async function POST(request: Request): Promise<Response> {
  return Response.json({ received: await request.json() }, { status: 201 });
}
