import { getContext } from "@netlify/functions";
import { caught, watch, watchAll } from "./catcher.mjs";

watchAll(true);

// Whatever was caught by now fails the call.
const check = () => {
  if (caught.length > 0) throw new Error(`the host was seen: ${caught.join(", ")}`);
  return "ok";
};

export default async (request, context) => {
  watch(context, "context");
  watch(getContext(), "getContext()");
  watch(Netlify.context, "Netlify.context");
  for (const name in context) watch(context[name], name);
  context.cookies.set("a", "b");
  context.waitUntil(new Promise((resolve) => setTimeout(resolve, 1)));
  await request.text();
  return new Response(check());
};
