module.exports = async ({ request }) => ({
  status: 200,
  body: { name: request.get("X-Fission-Function-Name"), namespace: request.get("x-fission-function-namespace"), uid: request.get("X-Fission-Function-Uid").length > 0, url: request.get("X-Fission-Full-Url"), version: /^v2\d/.test(process.version) },
});
