// Streams the request body back while it is still arriving, with its content type. A GET has no body, so it is answered
// with a description of the request: what the function saw of the path, and every header the host added.
export default function echo(request: Request): Response {
  if (request.method === "GET" || request.method === "HEAD") {
    return Response.json(describe(request));
  }
  const contentType = request.headers.get("content-type") ?? "application/octet-stream";
  return new Response(request.body, { headers: { "content-type": contentType } });
}

interface Description {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
}

function describe(request: Request): Description {
  const url = new URL(request.url);
  return {
    method: request.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(request.headers),
  };
}
