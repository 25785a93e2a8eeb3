export default (request) => `api: ${new URL(request.url).pathname}`;
