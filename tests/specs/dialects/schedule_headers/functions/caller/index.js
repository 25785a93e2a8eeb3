// Another function's call is no schedule either.
export default (_request, ctx) => ctx.call("plain", "/", { headers: { "x-skep-schedule": "forged", "x-skep-occurrence": "forged", "x-own": "seen" } });
