/// <reference path="./fission.d.ts" />

// The shape of Fission's environment for Node: status, body and headers are returned.
export default async function hello(context: FissionContext): Promise<FissionAnswer> {
  const { request } = context;
  const name = request.query.name ?? request.body?.name ?? "world";
  return { status: 200, body: { message: `Hello, ${name}!` }, headers: { "cache-control": "no-store" } };
}
