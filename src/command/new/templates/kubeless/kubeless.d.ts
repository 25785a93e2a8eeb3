// The types of what a handler of kubeless receives. For editors and type checkers: this file is never run, and may be deleted.

/** The first argument of a handler. */
interface KubelessEvent<Data = unknown> {
  /** Parsed JSON, a text of any other type, `{}` without a body. */
  readonly data: Data | string;
  readonly "event-type"?: string;
  readonly "event-id"?: string;
  readonly "event-time"?: string;
  readonly "event-namespace"?: string;
  /** Express's request and response. */
  readonly extensions: { readonly request: any; readonly response: any };
}

/** The second argument of a handler. */
interface KubelessContext {
  readonly "function-name": string;
  /** Seconds: `wall_ms` of function.toml. */
  readonly timeout: number;
  readonly runtime: "nodejs";
  /** Such as `128Mi`: `memory_mb` of function.toml. */
  readonly "memory-limit": string;
}
