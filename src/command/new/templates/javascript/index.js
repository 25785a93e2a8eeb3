// The path begins after the function's name: /NAME/ada arrives here as /ada.
export default function handle(request, ctx) {
  const who = new URL(request.url).pathname.slice(1) || "world";
  // A Response is sent as it is, a string as text, anything else as JSON.
  return { hello: who, function: ctx.function, requestId: ctx.requestId };
}
