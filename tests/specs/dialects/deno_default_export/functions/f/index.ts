let listened = "";
export default {
  onListen({ transport }) {
    listened = transport;
  },
  fetch(request, info) {
    return Response.json([request.method, info.remoteAddr.hostname, listened]);
  },
} satisfies Deno.ServeDefaultExport;
