export default (request) => "all: " + new URL(request.url).pathname;
