export default (request) => request.url;
