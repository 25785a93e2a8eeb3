Deno.serve(async (request) => Response.json(await request.json()));
