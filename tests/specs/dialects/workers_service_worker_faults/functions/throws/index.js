addEventListener("fetch", () => {
  throw new Error("from the listener");
});
