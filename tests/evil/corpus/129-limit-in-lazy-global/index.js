// Every global that `js-prelude/api/globals.js` defines lazily; tests/it/tidy compares the two lists.
const LAZY = [
  "Blob",
  "CompressionStream",
  "Crypto",
  "CryptoKey",
  "DecompressionStream",
  "EventSource",
  "File",
  "FormData",
  "MessageChannel",
  "MessagePort",
  "Performance",
  "PerformanceEntry",
  "PerformanceMark",
  "PerformanceMeasure",
  "SubtleCrypto",
  "Supabase",
  "URLPattern",
  "WebAssembly",
  "WebSocket",
  "console",
  "crypto",
  "fetch",
  "performance",
  "structuredClone",
];

// Each call ends the instance, so each has the globals as they are before their first use. The clock chooses where it begins and how much
// time is left: the limit is noticed within 20 to 40 ms.
export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const now = Date.now();
  const end = now + 5 + (now >> 2) % 33;
  while (Date.now() < end);
  for (let i = 0; i < LAZY.length; i++) void globalThis[LAZY[(now + i) % LAZY.length]];
  for (;;);
};
