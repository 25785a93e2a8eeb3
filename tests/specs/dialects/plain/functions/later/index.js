export default async function later(request) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return { path: new URL(request.url).pathname, waited: true };
}
