export default (request) => {
  const status = Number(new URL(request.url).pathname.slice(1));
  return new Response(null, { status, headers: { etag: '"same"', "x-status": `${status}` } });
};
