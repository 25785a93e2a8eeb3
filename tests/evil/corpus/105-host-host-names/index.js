export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const found = ['__bootstrap', '__skep_bootstrap', 'Deno.core', 'Deno.internal', 'process', 'require', 'global', 'gc', 'load', 'print', 'quit', 'd8', 'Worker', 'BroadcastChannel', 'SharedArrayBuffer'].filter((name) => {
    let at = globalThis;
    for (const part of name.split('.')) at = at?.[part];
    return at !== undefined;
  });
  const ops = Reflect.ownKeys(globalThis).filter((key) => String(key).startsWith('op_'));
  return [...found, ...ops].join(' ') || 'none';
};
