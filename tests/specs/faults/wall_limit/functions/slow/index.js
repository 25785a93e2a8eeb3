export default async (request) => {
  if (request.url.endsWith("?sleep")) await new Promise((resolve) => setTimeout(resolve, 600_000));
  return "fine";
};
