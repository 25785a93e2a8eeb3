export default (request) => "victim: " + new URL(request.url).pathname;
