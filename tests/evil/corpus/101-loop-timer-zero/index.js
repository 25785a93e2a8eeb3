export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let live = true;
  const again = () => {
    for (let i = 0; i < 1e5; i++);
    if (live) setTimeout(again, 0);
  };
  again();
  await new Promise((wake) => setTimeout(wake, 1e6));
};
