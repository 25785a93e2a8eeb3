// An error as JSON, in the shape of RFC 9457 ("problem details"), so that clients can show it without guessing.
export function problem(status: number, title: string, detail: string): Response {
  return Response.json({ status, title, detail }, { status, headers: { "content-type": "application/problem+json" } });
}
