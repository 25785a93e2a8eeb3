// The shape of Deno and of Supabase's edge functions, which also find this one at /functions/v1/NAME.
Deno.serve(async (request: Request) => {
  const { name = "world" } = request.method === "POST" ? await request.json() : {};
  return Response.json({ message: `Hello ${name}!` });
});
