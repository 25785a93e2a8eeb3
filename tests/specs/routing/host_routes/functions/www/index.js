export default (request) => `www: ${new URL(request.url).pathname}`;
