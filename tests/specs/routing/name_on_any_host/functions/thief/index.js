export default (request) => "thief: " + new URL(request.url).pathname;
