export default (request) => request.text();
