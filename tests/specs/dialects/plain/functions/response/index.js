export default () => new Response("a response", { status: 201, headers: { "x-made-by": "hand" } });
