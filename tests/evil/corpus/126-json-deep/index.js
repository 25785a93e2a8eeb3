async function outcome(action) {
  try {
    await action();
    return "parsed";
  } catch (error) {
    return error.name;
  }
}

export default async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const text = "[".repeat(2 ** 22);
  const names = [
    await outcome(() => JSON.parse(text)),
    await outcome(() => request.json()),
    await outcome(() => new Response(text).json()),
  ];
  // What stands in a string does not nest.
  return `${names.join(" ")}, ${JSON.parse(`["${text}"]`).length}`;
};
