export default async (request) => {
  if (new URL(request.url).pathname === "/json") return await request.json();
  const entries = [...await request.formData()];
  return Promise.all(entries.map(async ([name, value]) => [
    name,
    value instanceof File ? `${value.name}: ${await value.text()}` : value,
  ]));
};
