export default (request) => `read: ${request.method}`;
