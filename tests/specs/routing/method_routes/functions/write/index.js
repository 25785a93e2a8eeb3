export default (request) => `write: ${request.method}`;
