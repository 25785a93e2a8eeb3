const used = new Response("x");
await used.text();

Deno.serve({ onError: (error: any) => new Response(`handled: ${error === null ? null : error.message}`, { status: 418 }) }, (request: Request): any => {
  switch (new URL(request.url).searchParams.get("how")) {
    case "throw":
      throw new Error("meow");
    case "reject":
      return Promise.reject(new Error("meow"));
    case "undefined":
      return undefined;
    case "error":
      return Response.error();
    case "used":
      return used;
    case "text":
      return "as it is";
    case "null":
      throw null;
    default:
      return new Response("fine");
  }
});
