// The shape of OpenFaaS's templates for Node.
interface Event {
  body: unknown;
  headers: Record<string, string | undefined>;
  method: string;
  query: Record<string, unknown>;
  path: string;
}

interface Context {
  status(code: number): Context;
  headers(headers: Record<string, string>): Context;
  succeed(value: unknown): void;
  fail(value: unknown): void;
}

export default async (event: Event, context: Context) => {
  // The path begins after the function's name: /function/NAME/ada arrives here as /ada.
  const who = event.path.slice(1) || "world";
  return context
    .status(200)
    .headers({ "content-type": "application/json" })
    .succeed({ hello: who, method: event.method });
};
