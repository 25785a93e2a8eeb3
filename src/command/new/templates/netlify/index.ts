// The shape of Netlify's functions. The types are those parts of @netlify/functions that are used here.
interface Context {
  ip: string;
  params: Record<string, string>;
  requestId: string;
  cookies: { get(name: string): string | undefined; set(name: string, value: string): void };
  waitUntil(work: Promise<unknown>): void;
}

export default async (request: Request, context: Context): Promise<Response> => {
  // The path begins after the function's name: /NAME/ada arrives here as /ada.
  const who = new URL(request.url).pathname.slice(1) || "world";
  // Continues after the answer was sent.
  context.waitUntil(Promise.resolve().then(() => console.log("greeted", who)));
  return Response.json({ hello: who, requestId: context.requestId });
};

// With a path of its own, whose parts are in `context.params`:
// export const config = { path: "/hello/:name" };
