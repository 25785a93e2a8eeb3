import './deep.json' with { type: 'json' };
import './wide.json' with { type: 'json' };
import './keys.json' with { type: 'json' };
export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const [deep, wide, keys] = await Promise.all(['deep', 'wide', 'keys'].map((name) => import(`./${name}.json`, { with: { type: 'json' } }).catch((error) => error)));
  try {
    JSON.stringify(deep.default);
  } catch {}
  return String(Object.keys(keys.default ?? {}).length);
};
