// Stands for deno_io's `12_io.js`, which deno_node's files ask whether the standard streams are terminals. They are not.
(function () {
  const stream = { __proto__: null, isTerminal: () => false };
  return { __proto__: null, stderr: stream, stdin: stream, stdout: stream };
})();
