import { DurableObject, RpcTarget, WorkflowEntrypoint, RpcStub, env, exports, waitUntil, withEnv } from "cloudflare:workers";

export class Counter extends DurableObject {}

const attempt = (work) => {
  try {
    return work() ?? null;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
const early = attempt(() => waitUntil(Promise.resolve()));

export default {
  fetch: () => ({
    early,
    env,
    classes: [typeof DurableObject, typeof RpcTarget, typeof WorkflowEntrypoint],
    stub: attempt(() => new RpcStub()),
    exports: attempt(() => exports.Counter),
    waitUntil: attempt(() => waitUntil(Promise.resolve())),
    withEnv: attempt(() => withEnv({}, () => {})),
  }),
  scheduled() {},
  queue() {},
  email() {},
  tail() {},
};
