// Call sites, as a function's own `Error.prepareStackTrace` gets them: V8's, with paths in the place of URLs of files.
//
// Rust passes the frames of an error (runtime/isolate/stack.rs), without those of the prelude. Node's functions expect paths, and packages find
// the file of their caller by them.
//
// Invariant: V8's own call sites stay here, so that no function reaches their prototype.

import { primordials } from "ext:core/mod.js";

const { ArrayPrototypePush, StringPrototypeReplace, StringPrototypeSlice, StringPrototypeStartsWith, decodeURIComponent } = primordials;

const FILE = "file://";

/** The path of a file's URL; any other name stays. */
function pathOf(name) {
  if (typeof name !== "string" || !StringPrototypeStartsWith(name, FILE)) return name;
  const path = StringPrototypeSlice(name, FILE.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

class CallSite {
  #site;
  constructor(site) {
    this.#site = site;
  }
  getThis() {
    return this.#site.getThis();
  }
  getTypeName() {
    return this.#site.getTypeName();
  }
  getFunction() {
    return this.#site.getFunction();
  }
  getFunctionName() {
    return this.#site.getFunctionName();
  }
  getMethodName() {
    return this.#site.getMethodName();
  }
  getFileName() {
    return pathOf(this.#site.getFileName());
  }
  getLineNumber() {
    return this.#site.getLineNumber();
  }
  getColumnNumber() {
    return this.#site.getColumnNumber();
  }
  getEvalOrigin() {
    return this.#site.getEvalOrigin();
  }
  isToplevel() {
    return this.#site.isToplevel();
  }
  isEval() {
    return this.#site.isEval();
  }
  isNative() {
    return this.#site.isNative();
  }
  isConstructor() {
    return this.#site.isConstructor();
  }
  isAsync() {
    return this.#site.isAsync();
  }
  isPromiseAll() {
    return this.#site.isPromiseAll();
  }
  getPromiseIndex() {
    return this.#site.getPromiseIndex();
  }
  getScriptNameOrSourceURL() {
    return pathOf(this.#site.getScriptNameOrSourceURL());
  }
  getScriptHash() {
    return this.#site.getScriptHash();
  }
  getEnclosingLineNumber() {
    return this.#site.getEnclosingLineNumber();
  }
  getEnclosingColumnNumber() {
    return this.#site.getEnclosingColumnNumber();
  }
  getPosition() {
    return this.#site.getPosition();
  }
  toString() {
    const name = this.#site.getFileName();
    const text = this.#site.toString();
    return typeof name === "string" ? StringPrototypeReplace(text, name, () => pathOf(name)) : text;
  }
}

/** The call sites of frames. */
export function callSites(frames) {
  const sites = [];
  for (let i = 0; i < frames.length; i++) ArrayPrototypePush(sites, new CallSite(frames[i]));
  return sites;
}
