// As Express and connect export themselves: a function with `handle`.
function application(request, response) {
  application.handle(request, response);
}
application.handle = (request, response) => response.end(`handled ${request.url}`);
module.exports = application;
