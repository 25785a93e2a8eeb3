const { onCall } = require("firebase-functions/https");
exports.stream = onCall(async (request, response) => {
  for (const part of ["a", "b"]) await response.sendChunk({ part });
  return { done: request.acceptsStreaming };
});
