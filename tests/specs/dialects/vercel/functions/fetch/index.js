export default {
  fetch(request) {
    return new Response(`fetch ${request.method}`);
  },
};
