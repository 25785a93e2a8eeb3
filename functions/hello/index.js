// The smallest function: the same JSON for every request. The benches measure the host with it.
export default {
  fetch() {
    return Response.json({ hello: "world" });
  },
};
