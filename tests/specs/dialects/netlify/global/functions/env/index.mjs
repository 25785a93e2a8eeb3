const atLoad = Netlify.env.get("GREETING");
const outside = Netlify.context;

export default async (request, context) => {
  const { env } = Netlify;
  env.set("COUNT", 3);
  const set = [env.get("COUNT"), env.has("COUNT"), process.env.COUNT];
  env.delete("COUNT");
  return { atLoad, outside, set, gone: [env.get("COUNT") ?? null, env.has("COUNT")], same: Netlify.context === context, listed: env.toObject().GREETING, inherited: env.has("toString") };
};
