export default async (request, context) => {
  const body = await request.json();
  console.log("new ran", request.method, new URL(request.url).pathname, request.headers.get("x-nf-event"), Object.keys(body), context.url.href === request.url);
};

export const config = { schedule: "* * * * * *" };
