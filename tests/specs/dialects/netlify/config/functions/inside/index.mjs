export default { fetch: async () => new Response("inside"), config: { method: "POST" } };
