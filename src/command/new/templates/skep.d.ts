// The types of what a handler receives. For editors and type checkers: this file is never run, and may be deleted.

/** The second argument of a handler (the third of `fetch` in the Workers shape). */
interface SkepContext<Env = Record<string, string>> {
  /** The function's name. */
  readonly function: string;
  /** The version that runs, such as `v3fa9c1d20b7e`. */
  readonly version: string;
  /** The id that the client sees as `x-request-id`. */
  readonly requestId: string;
  /** The W3C trace this request belongs to. */
  readonly trace: { readonly traceId: string; readonly spanId: string };
  /** `[env]` of function.toml. */
  readonly env: Readonly<Env>;
  /** Continues `work` after the answer was sent. */
  waitUntil(work: Promise<unknown>): void;
  /** Calls another function of this host, without a socket and in the same trace. */
  call(name: string, request: Request): Promise<Response>;
}
