export default (request) => "help: " + new URL(request.url).pathname;
