addEventListener("fetch", () => {
  throw null;
});
