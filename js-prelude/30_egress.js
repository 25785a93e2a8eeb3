// The way out of a WebSocket: what the host decides before it connects.
//
// `01_websocket.js` of deno_websocket takes its `op_ws_create` from here (`src/build.rs` sees to that). The address is decided about and
// connected to as one string: what a function did to URL.prototype cannot come between.

import { core, primordials } from "ext:core/mod.js";
import { op_skep_socket, op_ws_create as create } from "ext:core/ops";
import { currentCall } from "ext:skep/12_trace.js";

const { ArrayPrototypePush, PromiseReject, String, StringPrototypeToLowerCase } = primordials;

const HOPS = "x-skep-hops";

/** Connects, or rejects. Certificates are always checked, and there is no other client than the host's. */
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
  core.tryClose(way.rid); // the connection has its client by now
  return connected;
}
