export default (request) => "shop: " + new URL(request.url).pathname;
