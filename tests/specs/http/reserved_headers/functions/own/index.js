const headers = { "x-skep-fault": "no_such_function", "X-Skep-Of-Tomorrow": "1", "x-kept": "yes", "x-skeptic": "kept" };

export default ({ url }) => {
  const body = url.endsWith("stream") ? new Blob(["mine"]).stream() : "mine";
  return new Response(body, { status: 404, headers });
};
