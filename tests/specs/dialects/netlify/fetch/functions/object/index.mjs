export default {
  tag: "a member",
  fetch(request, context) {
    return new Response(`${this.tag} ${context.params.id ?? "none"}`);
  },
  deploySucceeded() {},
};
