// The types of what a handler of Fission receives and returns. For editors and type checkers: this file is never run, and may be deleted.

/** The argument of a handler. */
interface FissionContext {
  /** Express's request, its body parsed. */
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly path: string;
    readonly query: Record<string, string | string[] | undefined>;
    readonly headers: Record<string, string | string[] | undefined>;
    readonly body: any;
    get(name: string): string | undefined;
    [member: string]: any;
  };
  /** Express's response; headers set on it stay. */
  readonly response: any;
}

/** What a handler returns. */
interface FissionAnswer {
  /** Needed: without it the call fails. */
  status: number;
  /** A text is HTML unless a header says otherwise, an object JSON. */
  body?: unknown;
  headers?: Record<string, string | string[]>;
}
