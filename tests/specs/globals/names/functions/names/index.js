// ECMA-429, "Minimum common web API": interfaces, then methods and properties.
const INTERFACES = `
  AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent
  DecompressionStream DOMException ErrorEvent Event EventTarget File FormData Headers MessageChannel MessageEvent MessagePort Performance
  PromiseRejectionEvent ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder TextDecoderStream TextEncoder
  TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern URLSearchParams WritableStream
  WritableStreamDefaultController WritableStreamDefaultWriter
  WebAssembly.CompileError WebAssembly.Exception WebAssembly.Global WebAssembly.Instance WebAssembly.LinkError WebAssembly.Memory
  WebAssembly.Module WebAssembly.RuntimeError WebAssembly.Table WebAssembly.Tag`;

const FUNCTIONS = `
  atob btoa clearInterval clearTimeout fetch queueMicrotask reportError setInterval setTimeout structuredClone
  console.assert console.clear console.count console.countReset console.debug console.dir console.dirxml console.error console.group
  console.groupCollapsed console.groupEnd console.info console.log console.table console.time console.timeEnd console.timeLog
  console.trace console.warn
  crypto.getRandomValues crypto.randomUUID performance.now
  WebAssembly.compile WebAssembly.compileStreaming WebAssembly.instantiate WebAssembly.instantiateStreaming WebAssembly.validate`;

const PRESENT = `
  globalThis self console crypto crypto.subtle navigator navigator.userAgent onerror onrejectionhandled onunhandledrejection performance
  performance.timeOrigin WebAssembly WebAssembly.JSTag`;

const words = (text) => text.trim().split(/\s+/);

function look(path) {
  const parts = path.split(".");
  const name = parts.pop();
  const holder = parts.reduce((object, part) => object?.[part], globalThis);
  return holder !== undefined && name in holder ? { value: holder[name] } : null;
}

export default () => {
  const called = [...words(INTERFACES), ...words(FUNCTIONS)];
  return {
    missing: [...called, ...words(PRESENT)].filter((path) => look(path) === null),
    wrong: called.filter((path) => look(path) !== null && typeof look(path).value !== "function"),
  };
};
