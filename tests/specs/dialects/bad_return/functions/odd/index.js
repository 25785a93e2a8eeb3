let calls = 0;

export default async function handler(request) {
  calls += 1;
  switch (new URL(request.url).search) {
    case "?undefined":
      return undefined;
    case "?symbol":
      return Symbol("a symbol");
    case "?bigint":
      return 5n;
    case "?function":
      return () => new Response("not called");
    case "?cycle": {
      const cycle = {};
      cycle.cycle = cycle;
      return cycle;
    }
    case "?used": {
      const response = new Response("read already");
      await response.text();
      return response;
    }
    case "?error":
      return Response.error();
    case "?impostor":
      return { status: 204, body: "an object that looks like a Response is still an object" };
  }
  return calls;
}
