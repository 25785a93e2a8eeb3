export default async (request) => {
  if (new URL(request.url).pathname === "/spin") {
    for (;;);
  }
  console.log("waiting for the rest");
  return await request.text();
};
