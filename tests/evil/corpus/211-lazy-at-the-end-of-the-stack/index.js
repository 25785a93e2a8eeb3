import { uses } from "./lazy_uses.mjs";

/** Calls `use` near the end of the stack, each time with a little more room, until it works. */
function atTheEnd(use) {
  let isDone = false;
  const go = () => {
    try {
      go();
    } catch {
      // Here the stack ended, or `use` failed for want of it.
    }
    if (isDone) return;
    use();
    isDone = true;
  };
  try {
    go();
  } catch {
    // It never worked.
  }
}

export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const all = uses(request, ctx);
  const wrong = [];
  for (const name in all) {
    atTheEnd(all[name]);
    try {
      all[name]();
    } catch (error) {
      wrong.push(`${name}: ${error}`);
    }
  }
  return wrong.length === 0 ? "all work" : new Response(wrong.join("\n"), { status: 500 });
};
