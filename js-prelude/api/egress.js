// The way out of a WebSocket: the decision of Rust before it connects.
//
// `01_websocket.js` of deno_websocket loads late, as a script (`src/build.rs` rewrites it), and takes its `op_ws_create` from
// `internals.egress`, which `globals.js` sets. Address and header lengths go to op_skep_socket, which checks `[net]` and the quota of
// sockets; its answer goes to deno_websocket's op.
//
// Invariant: Rust checks and connects to one string: changes of a function to URL.prototype cannot come between.

import { core, primordials } from "ext:core/mod.js";
import { op_skep_socket, op_ws_create as create } from "ext:core/ops";
import { currentCall } from "ext:skep/core/trace.js";

const { ArrayPrototypePush, PromiseReject, String, StringPrototypeToLowerCase } = primordials;

const HOPS = "x-skep-hops";

/** Connects, or rejects. Certificates are always checked, and Skep's client is the only one. */
export function op_ws_create(api, url, protocols, cancelRid, headers) {
  const list = [];
  const lengths = [protocols.length];
  for (let i = 0; headers !== null && i < headers.length; i++) {
    const { 0: name, 1: value } = headers[i];
    if (StringPrototypeToLowerCase(name) === HOPS) continue;
    ArrayPrototypePush(list, [name, value]);
    ArrayPrototypePush(lengths, name.length + value.length);
  }
  let way;
  try {
    way = op_skep_socket(currentCall()?.id ?? 0, String(url), lengths);
  } catch (error) {
    return PromiseReject(error);
  }
  ArrayPrototypePush(list, [HOPS, String(way.hops)]);
  const connected = create(api, way.url, protocols, cancelRid, list, null, false, way.rid);
  core.tryClose(way.rid); // The connection has its client by now.
  return connected;
}
