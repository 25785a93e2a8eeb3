// The types of /api/v1 that the dashboard reads and writes.
//
// They follow src/api/*.rs; the parts that share one release of Skep are in one binary, so no older form is read.
//
// Invariant: plain data, no code.

export type Scope = 'read' | 'deploy' | 'debug' | 'admin';

/** Who looks at the page. */
export interface Session {
  /** The name of the token; null as long as the host has none. */
  token: string | null;
  scope: Scope;
}

export type FunctionStatus = 'registered' | 'live' | 'broken' | 'quarantined';

export interface Candidate {
  version: string;
  percent: number;
  sticky?: string;
  ready: number;
  in_flight: number;
  calls: number;
  faults: number;
}

export interface FunctionSummary {
  name: string;
  owner: 'folder' | 'deployed';
  state: FunctionStatus;
  version?: string;
  reason?: string;
  candidate?: Candidate;
  ready: number;
  booting: number;
  wanted: number;
  in_flight: number;
  waiting: number;
  heap_bytes: number;
  external_bytes: number;
  calls: number;
  faults: number;
}

export interface Scale {
  min: number;
  max: number;
  concurrency: number;
  queue: number;
  idle_s: number;
}

/** The host as the overview shows it. */
export interface HostOverview {
  /** 1 is full. */
  load_ratio?: number;
}

/** What one instance, or one call, may use. */
export interface FunctionLimits {
  memory_bytes: number;
  cpu_ms: number;
  wall_ms: number;
  body_bytes: number;
}

export interface VersionSummary {
  version: string;
  live: boolean;
  candidate: boolean;
  stored_ms: number;
  live_ms?: number;
  bytes: number;
  modules: number;
  note?: string;
}

export interface FunctionDetail extends FunctionSummary {
  dialect?: string;
  dialect_from?: string;
  scale?: Scale;
  limits?: FunctionLimits;
  routes: string[];
  env: Record<string, string>;
  secrets: string[];
  versions: VersionSummary[];
}

export interface InstanceSummary {
  id: number;
  version: string;
  state: 'booting' | 'ready' | 'ending';
  heap_bytes: number;
  external_bytes: number;
  cpu_seconds: number;
  requests: number;
  in_flight: number;
  age_seconds: number;
  idle_seconds: number;
}

export interface Schedule {
  function: string;
  name: string;
  schedule: string;
  zone: string;
  path?: string;
  overlap: string;
  missed: string;
  paused: boolean;
  next_ms: number[];
  running: number;
  waiting: number;
  skipped: number;
  last?: {
    occurrence: string;
    due_ms: number;
    ended_ms: number;
    attempts: number;
    outcome: 'succeeded' | 'failed' | 'dropped';
    status?: number;
    fault?: string;
  };
}

export type Step = 'received' | 'compiled' | 'booted' | 'checked' | 'warmed' | 'published' | 'drained';
export type StepState = 'pending' | 'running' | 'done' | 'skipped' | 'failed';
export type ReleaseStatus = 'waiting' | 'running' | 'done' | 'undone' | 'cancelled' | 'superseded';
export type Purpose = 'deploy' | 'rollback' | 'automatic_rollback' | 'promote' | 'configure' | 'canary' | 'remove';

export interface StepRecord {
  step: Step;
  state: StepState;
  began_ms?: number;
  took_ms?: number;
  detail?: string;
}

export interface FunctionRecord {
  function: string;
  version?: string;
  before?: string;
  steps?: StepRecord[];
}

export interface Release {
  id: string;
  purpose: Purpose;
  status: ReleaseStatus;
  note?: string;
  by?: string;
  created_ms: number;
  ended_ms?: number;
  unchanged: boolean;
  functions: FunctionRecord[];
  more_functions?: number;
  failure?: { step: Step; function: string; reason: string; detail?: string };
}

export interface HostDetail {
  pid: number;
  generation: number;
  uptime_s: number;
  supervised: boolean;
  containment: Record<string, number>;
  budget: { instances: number; instances_max: number; resident_bytes: number; memory_bytes: number };
  kernel: {
    max_map_count: number | null;
    threads: number | null;
    files: number | null;
    memory_bytes: number | null;
    instances: number | null;
  };
  quarantined: { function: string; version: string; reason: string }[];
  /** The settings in force, where this Skep tells them. */
  flags?: Record<string, unknown>;
}

export interface TokenSummary {
  name: string;
  scope: string;
  created_ms: number;
}

export type Health = 'ok' | 'faulting' | 'quarantined' | 'broken' | 'idle';

export interface OverviewFunction {
  name: string;
  version?: string | null;
  dialect?: string | null;
  state: Health;
  calls_1m: number | null;
  faults_1m: number | null;
  p50_us: number | null;
  p99_us: number | null;
  cpu_us_1m: number | null;
  memory_bytes: number;
  instances: number;
  in_flight: number;
}

export type Range = '5m' | '1h' | '24h';
export type Points = (number | null)[];

export interface History {
  function: string | null;
  step_s: number;
  end_ms: number;
  calls: Points;
  faults: Points;
  p50_us: Points;
  p99_us: Points;
  cpu_us: Points;
  memory_bytes: Points;
  in_flight: Points;
  instances: Points;
}

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** A line of the log. Every field beside these is the event's own. */
export interface LogLine {
  time: string;
  level: Level;
  event: string;
  seq?: number;
  stream?: string;
  function?: string;
  version?: string;
  instance?: number;
  request_id?: string;
  trace_id?: string;
  span_id?: string;
  text?: string;
  fields?: Record<string, unknown>;
  error?: { name?: string; message?: string; stack?: string };
  [field: string]: unknown;
}

export type Kept = 'fault' | 'slow' | 'error' | 'sampled' | 'watched';

export interface TraceSummary {
  trace_id: string;
  name: string;
  function: string | null;
  version: string | null;
  started_ms: number;
  duration_us: number;
  status: number | null;
  fault: string | null;
  kept: Kept;
  spans: number;
}

export interface SpanEvent {
  at_us: number;
  name: string;
  attributes: Record<string, unknown>;
}

export interface Span {
  span_id: string;
  parent_id: string | null;
  name: string;
  kind: 'server' | 'internal' | 'client' | 'consumer' | 'producer';
  function: string | null;
  version: string | null;
  instance: number | null;
  started_us: number;
  duration_us: number;
  status: 'ok' | 'error' | 'unset';
  error_type: string | null;
  attributes: Record<string, unknown>;
  events: SpanEvent[];
  links: { trace_id: string; span_id: string }[];
  scope: string;
  is_foreign: boolean;
}

export interface Trace {
  trace_id: string;
  kept: Kept;
  /** When its first span began; left out by hosts that do not tell. */
  started_ms?: number;
  spans: Span[];
  logs: LogLine[];
}

export interface FaultGroup {
  function: string;
  kind: string;
  frame: string | null;
  count: number;
  first_ms: number;
  last_ms: number;
  first_version: string | null;
  last_version: string | null;
  message: string;
  trend: number[];
  traces: string[];
}

export interface InvokeAnswer {
  status?: number;
  headers: [string, string][];
  body: string;
  cut: boolean;
  fault?: { kind: string; message: string; detail?: string };
  version?: string;
  request_id?: string;
  trace_id?: string;
  wall_ms: number;
  cpu_ms: number;
}
