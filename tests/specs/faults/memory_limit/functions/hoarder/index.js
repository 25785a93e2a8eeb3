export default (request) => {
  const kept = [];
  switch (new URL(request.url).search) {
    case "?objects":
      for (;;) kept.push({ list: new Array(100).fill({}) });
    case "?buffers":
      for (;;) {
        try {
          kept.push(new Uint8Array(1 << 20).fill(1));
        } catch {
          // being refused is no way out
        }
      }
    case "?one-array":
      return `${new Array(1e8).fill(0.5).length}`;
    default:
      return "fine";
  }
};
