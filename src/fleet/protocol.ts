/**
 * Worker protocol, version 1: HTTPS, JSON, outbound from the lent machine only. Everything in it is data for a fixed
 * interpreter: a job names an approved suite by its digest and says what to walk or to replay, never what to execute.
 * Both sides parse with these schemas; what does not fit is refused whole.
 */
import { z } from 'zod';

export const PROTOCOL = { oldest: 1, newest: 1 } as const;

/** Seconds. A lease lives for three beats. */
export const BEAT_SECONDS = 60;
export const LEASE_SECONDS = 180;
/** Most bytes of a request's body, of a failure's message, of a job's log. */
export const MAX_BODY = 1024 * 1024;
export const MAX_TEXT = 4000;
export const MAX_LOG = 256 * 1024;
/** Most characters of a step's line: texts of 2,000 characters, each of which may be written as six. */
export const MAX_LINE = 16_384;

const id = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const ref = z.string().regex(/^[\x21-\x7e]{1,120}$/);
const count = z.int().min(0).max(1_000_000_000);
const name = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
const covered = z.string().regex(/^[\w:>.-]{1,64}$/);
/** Also without marks that turn the direction of what follows: with them a text reads as another than it is. */
const PRINTABLE = /^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u;
const UNPRINTABLE = /(?![\n\t])\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/gu;

const printable = (value: string): string => value.replace(UNPRINTABLE, '\ufffd');

/** What the other side said: printable, so that no terminal, file or database makes something else of it. */
const text = z
  .string()
  .max(MAX_TEXT)
  .transform((value) => printable(value));
const word = z.string().max(100).regex(PRINTABLE);

export const enrolRequest = z.strictObject({
  code: z.string().min(16).max(64),
  /** Ed25519 public key, SPKI DER, base64. */
  publicKey: z.string().max(120),
  alias: z.string().min(1).max(32).optional(),
  version: z.string().max(32),
  os: z.string().max(64),
  arch: z.string().max(32),
  cores: z.int().min(1).max(4096),
  memoryMb: z.int().min(1).max(100_000_000),
  sandboxes: z.array(z.enum(['none', 'bubblewrap'])).max(4),
});
export const enrolAnswer = z.object({ machine: id, alias: word, guild: id });

/** The one call that may say more than is known: so that versions can be told apart at all. */
export const sessionRequest = z.object({
  protocol: z.object({ oldest: z.int(), newest: z.int() }),
  version: z.string().max(32),
  cores: z.int().min(1).max(4096),
  memoryMb: z.int().min(1).max(100_000_000),
});
export const sessionAnswer = z.object({
  protocol: z.int(),
  /** Milliseconds since 1970 on the coordinator. */
  time: z.number(),
  /** Rises when a backup is restored; results of an older epoch are stale. */
  epoch: z.int(),
  beatSeconds: z.int(),
  notices: z.array(text).max(20),
  /** Digests that a maintainer approved: what this machine may be asked to run, for its lender to accept. */
  suites: z.array(z.object({ name: word, digest, bytes: z.int() })),
});

/** What is asked of a machine. `walk`: episodes from a seed. `replay`: this trace, so many times. */
export const jobSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('walk'),
    digest,
    ref: ref.optional(),
    strategy: z.enum(['random', 'fair', 'path', 'swarm', 'replay', 'mix', 'pattern']),
    pattern: z.string().max(100).optional(),
    seed: z.int(),
    episodes: z.strictObject({ from: z.int().min(0), count: z.int().min(1).max(100_000) }),
    length: z.int().min(1).max(200),
    lanes: z.union([z.literal(1), z.literal(2)]).optional(),
    bugs: z.array(name).max(8),
  }),
  z.strictObject({
    kind: z.literal('replay'),
    digest,
    ref: ref.optional(),
    /** Step lines, as in patterns and traces. */
    trace: z.array(z.string().max(MAX_LINE)).min(1).max(200),
    seed: z.int(),
    runs: z.int().min(1).max(100),
    /** Stop at the first run that fails with this signature. */
    until: z.string().max(64).optional(),
    bugs: z.array(name).max(8),
  }),
]);
export type JobSpec = z.infer<typeof jobSchema>;

export const leaseRequest = z.strictObject({
  slots: z.int().min(1).max(256),
  digests: z.array(digest).max(200),
  /** Refs that this machine has ready. */
  refs: z.array(ref).max(50).optional(),
  maxMinutes: z.number().positive().max(1440),
  waitSeconds: z.number().min(0).max(25),
});
export const leaseSchema = z.object({
  lease: id,
  attempt: z.int(),
  epoch: z.int(),
  job: jobSchema,
  /** Milliseconds that are left of it. */
  expiresInMs: z.number(),
  /** Bound into the answer, so that one machine's answer is worth nothing to another. */
  nonce: z.string(),
});
export type Lease = z.infer<typeof leaseSchema>;
/** `idle` says why there is no work, in one of these words. */
export const IDLE = [
  'no_hunts',
  'no_accepted_suite',
  'all_leased',
  'paused',
  'quarantined',
  'busy',
  'too_short',
] as const;
export const leaseAnswer = z.object({
  leases: z.array(leaseSchema),
  idle: z.enum(IDLE).optional(),
  /** Seconds until it is worth asking again. */
  retrySeconds: z.number().optional(),
});
export type LeaseAnswer = z.infer<typeof leaseAnswer>;

export const beatRequest = z.strictObject({
  leases: z
    .array(z.strictObject({ lease: id, attempt: z.int(), epoch: z.int(), steps: count, checks: count }))
    .max(256),
  /** What the machine does, for people who look: shown, not used. */
  state: z.enum(['working', 'idle', 'paused', 'draining']),
});
export const beatAnswer = z.object({
  time: z.number(),
  epoch: z.int(),
  leases: z.record(z.string(), z.enum(['ok', 'cancel', 'lost'])),
});

/** No record of ours has more entries; a million of them fit a body. */
const MOST_ENTRIES = 1000;
const entries = <T extends z.ZodType>(value: T, most = MOST_ENTRIES) =>
  z.record(z.string().max(100).regex(PRINTABLE), value).refine((all) => Object.keys(all).length <= most);
const failure = z.strictObject({
  kind: z.enum(['action', 'accepted', 'state', 'check', 'leak', 'foreign', 'order', 'timeout']),
  action: word,
  check: word.optional(),
  states: entries(word, 64),
  message: text,
  masked: text,
  signature: z.string().regex(/^[0-9a-f]{16}$/),
  at: count,
});
export const sightingSchema = z.strictObject({
  failure,
  /** Which episode of a walk, or which run of a replay. */
  episode: count,
  /** The steps that were run, to the failing one. The coordinator walks them again by itself and compares. */
  trace: z.array(z.string().max(MAX_LINE).regex(PRINTABLE)).max(200),
  /** Of how many repeats on this machine, how many failed alike. */
  repeated: z.strictObject({ runs: count, hits: count }),
});
export const resultRequest = z.strictObject({
  attempt: z.int(),
  epoch: z.int(),
  nonce: z.string().max(64),
  outcome: z.enum(['pass', 'fail', 'error']),
  /** Why, for `error`. */
  error: text.optional(),
  steps: count,
  checks: count,
  waits: count,
  episodes: count,
  /** Milliseconds of work; shown, not used for credit. */
  workedMs: count,
  sightings: z.array(sightingSchema).max(20),
  /** Coverage by name of transition or pair, counted; only what is new to this job. */
  coverage: z.strictObject({
    actions: entries(count),
    transitions: z.array(covered).max(5000),
    pairs: z.array(covered).max(20_000),
  }),
  /** sha256 over what the system answered, step by step: equal for replicas where the suite says that it is deterministic. */
  witness: z.string().regex(/^[0-9a-f]{64}$/),
  /** Ask for the next job in the same call. */
  next: leaseRequest.optional(),
});
export type JobResult = z.infer<typeof resultRequest>;
export const resultAnswer = z.object({
  verdict: z.enum(['accepted', 'duplicate', 'stale', 'cancelled']),
  next: leaseAnswer.optional(),
});

/** For `suite/{digest}`: what is wanted is in the path. */
export const suiteRequest = z.strictObject({});

export const releaseRequest = z.strictObject({
  attempt: z.int(),
  epoch: z.int(),
  why: z.enum(['shutdown', 'paused', 'sandbox', 'refused', 'infrastructure']),
  detail: z.string().max(500).optional(),
});
export const releaseAnswer = z.object({ verdict: z.enum(['requeued', 'stale']) });

/** Every refusal has one of these codes, and a sentence in the worker's own language is made of it there. */
export const apiError = z.object({
  error: z.enum([
    'bad_request',
    'bad_code',
    'key_taken',
    'bad_signature',
    'clock_off',
    'replayed',
    'unknown_machine',
    'withdrawn',
    'too_old',
    'too_new',
    'too_large',
    'too_many',
    'too_many_machines',
    'not_found',
    'not_yours',
    'unavailable',
  ]),
  message: text,
  /** Milliseconds since 1970 on the coordinator, where the clock is at fault. */
  time: z.number().optional(),
});
export type ApiErrorCode = z.infer<typeof apiError>['error'];
