/** The worker at work: asks for jobs, runs them, keeps its leases alive, hands results in, and says why it is idle. */
import { BEAT_SECONDS, type JobSpec, type Lease, PROTOCOL } from '../fleet/protocol.js';
import type { Clock } from '../platform/clock.js';
import { backoff } from './backoff.js';
import { type Client, Refused } from './client.js';
import { Ended, endedBy } from './ended.js';
import type { WorkerHome, WorkerState } from './home.js';
import { createJournal } from './journal.js';
import type { Performed } from './performed.js';
import { createPersistence } from './persistence.js';
import type { Policy } from './policy.js';
import { PolicyError } from './policy-file.js';
import { forbidden, wish } from './terms.js';
import { createWaits } from './waits.js';
import { IDLE, whatOf } from './words.js';

/** Runs a job. Resolves to undefined when it was told to stop. Never rejects for what the suite does: that is an `error`. */
export type Perform = (
  job: JobSpec,
  tools: {
    readonly policy: Policy;
    readonly signal: AbortSignal;
    readonly progress: (steps: number, checks: number) => void;
  },
) => Promise<Performed | undefined>;

export interface LoopDeps {
  readonly home: WorkerHome;
  readonly client: Client;
  readonly perform: Perform;
  readonly clock: Clock;
  readonly facts: { readonly version: string; readonly cores: number; readonly memoryMb: number };
  /** What of this machine stands in the way of working on these terms; undefined when nothing does. */
  readonly hindrance?: (policy: Policy) => string | undefined;
  /** What the lender sees of it: one line an event. */
  readonly say: (line: string) => void;
  /** One line for each job that ran here. */
  readonly record: (line: object) => void;
  readonly pid: number;
}

interface Held {
  readonly lease: Lease;
  readonly what: string;
  readonly since: number;
  /** The same by the steady clock. */
  readonly began: number;
  readonly abort: AbortController;
  ended: Promise<void>;
  steps: number;
  checks: number;
}

/** How long the coordinator may keep a machine waiting for work. */
const WAIT_SECONDS = 25;
/** How often the lender's own switches are looked at; milliseconds. */
const LOOK_MS = 5_000;
/** The coordinator is not asked sooner, whatever it says; seconds. */
const SOONEST = 5;
/** Jobs in a row that break on this machine before it rests. */
const MANY_BROKE = 3;
/** After so long without a call a machine that rests says that it is there; milliseconds. */
const SILENT_MS = 4 * 60_000;
/** How often it asks anew what versions and suites the coordinator wants; milliseconds. */
const SESSION_MS = 60 * 60_000;

/** Milliseconds that go on evenly: somebody may set this machine's clock. */
const steady = (): number => performance.now();
const fenceOf = ({ attempt, epoch }: Lease) => ({ attempt, epoch });
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Runs until `stop` fires, then gives its leases back. Throws Ended. */
export async function work(deps: LoopDeps, stop: AbortSignal): Promise<void> {
  const { home, client, perform, clock, facts, hindrance, say, record, pid } = deps;
  const journal = createJournal({ home, record, say });
  const held = new Map<string, Held>();
  /** What the coordinator was not told yet of jobs in whose middle this worker was killed. */
  let untold = unfinished(home.state());
  const lent = home.enrolled()?.machine;
  const started = clock.now();
  let done = 0;
  let idle: string | undefined = 'starting';
  let notices: readonly string[] = [];
  let heardAt = steady();
  let sessionAt: number | undefined;
  /** Jobs in a row that broke on this machine; until when it leaves others alone, and why. */
  let broke = 0;
  let rest = { until: 0, why: '' };
  /** What this worker cannot go on after. */
  let over: Ended | undefined;
  const { pause, every, end } = createWaits({ clock, stop, isOver: () => over !== undefined });

  const show = (): void => journal.show(stateNow());

  function stateNow(): WorkerState {
    const jobs = [...held.values()].map(({ lease, what, since, steps }) => ({
      ...{ lease: lease.lease, ...fenceOf(lease) },
      ...{ what, since, steps },
    }));
    const why = over?.message ?? idle;
    return {
      ...{ pid, since: started, at: clock.now(), jobs, done, untold, notices: [...notices] },
      ...(why === undefined ? {} : { idle: why }),
      ...(over === undefined ? {} : { ended: over.message }),
    };
  }

  function nowIdle(why: string | undefined): void {
    if (why === idle) return;
    say(why === undefined ? 'working' : `idle: ${why}`);
    idle = why;
    show();
  }

  const persist = createPersistence({
    clock,
    stop,
    pause,
    over: () => over,
    heard(after) {
      heardAt = steady();
      // It may be another version, or have other suites, than before it was away.
      if (after > 0) sessionAt = undefined;
    },
    failed(why, seconds) {
      say(`${why}; again in ${seconds} s`);
      if (held.size > 0) return;
      idle = why;
      show();
    },
  });

  async function giveBack(
    lease: Lease,
    why: 'shutdown' | 'paused' | 'refused' | 'infrastructure',
    detail?: string,
  ): Promise<void> {
    try {
      await client.release(lease.lease, {
        ...fenceOf(lease),
        why,
        ...(detail === undefined ? {} : { detail: detail.slice(0, 500) }),
      });
    } catch (error) {
      // It runs out by itself in three minutes.
      say(`could not give back ${lease.lease}: ${textOf(error)}`);
    }
  }

  /** What breaks here once may be the suite's fault; what always breaks here is this machine's, and others do it better. */
  function breaks(why: string): void {
    broke += 1;
    say(`a job broke: ${why}`);
    if (broke >= MANY_BROKE) rest = { until: steady() + backoff(broke - MANY_BROKE + 1, clock.random()), why };
  }

  async function run(mine: Held, policy: Policy): Promise<void> {
    const {
      lease,
      what,
      since,
      began,
      abort: { signal },
    } = mine;
    const { job } = lease;
    const at = new Date(since).toISOString();
    const ran = (outcome: string, steps: number, why?: string): void =>
      journal.ran({ at, ms: Math.round(steady() - began), tier: policy.tier, job, outcome, steps, why });
    try {
      const performed = await perform(job, {
        policy,
        signal,
        progress: (steps, checks) => void Object.assign(mine, { steps, checks }),
      });
      if (!performed) {
        ran('given back', mine.steps, String(signal.reason));
        if (signal.reason !== 'lost') await giveBack(lease, signal.reason === 'paused' ? 'paused' : 'shutdown');
        return;
      }
      ran(performed.outcome, performed.steps, performed.error);
      if (performed.outcome === 'error') breaks(performed.error ?? 'the test broke');
      else broke = 0;
      const result = { ...performed, ...fenceOf(lease), nonce: lease.nonce };
      const terms = nextTerms();
      const next = terms && wish(terms, 1, clock.now());
      const answer = await persist(() => client.result(lease.lease, { ...result, next }));
      if (!answer) return await giveBack(lease, 'shutdown');
      done += 1;
      say(`${what}: ${performed.outcome}, ${performed.steps} steps, ${answer.verdict}`);
      held.delete(lease.lease);
      await beginAll(answer.next?.leases ?? [], 1);
    } catch (error) {
      if (error instanceof Ended) throw error;
      const why = textOf(error);
      ran('broke', mine.steps, why);
      breaks(why);
      await giveBack(lease, 'infrastructure', why);
    } finally {
      held.delete(lease.lease);
      show();
    }
  }

  function begin(lease: Lease, policy: Policy): void {
    const abort = new AbortController();
    const what = whatOf(lease.job, policy);
    const mine: Held = {
      lease,
      what,
      since: clock.now(),
      began: steady(),
      abort,
      ended: Promise.resolve(),
      steps: 0,
      checks: 0,
    };
    // Written down before anything of it runs: whatever happens then, there is who tells of it.
    held.set(lease.lease, mine);
    show();
    mine.ended = run(mine, policy).catch((error: unknown) => {
      if (error instanceof Ended) over ??= error;
      else say(textOf(error));
    });
  }

  /** Begins what was handed out, as much as was asked for. What the lender's terms, read anew, forbid meanwhile is given back. */
  async function beginAll(leases: readonly Lease[], slots: number): Promise<number> {
    const fresh = leases.filter(({ lease }) => !held.has(lease)).slice(0, slots);
    const terms = termsNow();
    for (const lease of fresh) {
      if (typeof terms === 'string' || stop.aborted) await giveBack(lease, stop.aborted ? 'shutdown' : 'paused');
      else begin(lease, terms);
    }
    return fresh.length;
  }

  /** Keeps the leases; or, where there are none, says now and then that the machine is there, and what it does. */
  async function beat(): Promise<void> {
    const leases = [...held.values()].map(({ lease, steps, checks }) => ({
      ...{ lease: lease.lease, ...fenceOf(lease) },
      ...{ steps, checks },
    }));
    if (leases.length > 0 || steady() - heardAt > SILENT_MS) {
      try {
        const state = stop.aborted ? 'draining' : home.paused() ? 'paused' : leases.length > 0 ? 'working' : 'idle';
        const answer = await client.beat({ leases, state });
        heardAt = steady();
        for (const [lease, word] of Object.entries(answer.leases))
          if (word !== 'ok') held.get(lease)?.abort.abort('lost');
      } catch (error) {
        say(`beat failed: ${textOf(error)}`);
        if (error instanceof Refused) over ??= endedBy(error.code);
      }
    }
    show();
  }

  /** Killed in the middle of its jobs, it says so: nobody waits three minutes for what will not come. */
  async function tellOfLastTime(): Promise<void> {
    for (const { lease, attempt, epoch, what } of untold) {
      const detail = 'the worker was killed';
      try {
        const { verdict } = await client.release(lease, { attempt, epoch, why: 'infrastructure', detail });
        say(`was killed during ${what}: ${verdict}`);
      } catch (error) {
        say(`could not tell of ${lease}: ${textOf(error)}`);
      }
    }
    untold = [];
  }

  async function session(): Promise<void> {
    const { newest, oldest } = PROTOCOL;
    const answer = await persist(() => client.session({ protocol: { newest, oldest }, ...facts }, stop), true);
    if (!answer) return;
    sessionAt = steady();
    for (const notice of answer.notices) if (!notices.includes(notice)) say(notice);
    notices = answer.notices;
  }

  /** The lender's terms as they are now, or why there is to be no work. */
  function termsNow(): Policy | string {
    try {
      const policy = home.policy();
      return forbidden(policy, home.paused(), clock.now()) ?? hindrance?.(policy) ?? policy;
    } catch (error) {
      if (error instanceof PolicyError) return error.message;
      return `cannot read ${home.policyFile}: ${textOf(error)}`;
    }
  }

  /** The terms on which one more job is asked for in the call that hands a result in; undefined where there is to be none. */
  function nextTerms(): Policy | undefined {
    const terms = termsNow();
    const rests = steady() < rest.until || journal.stuck;
    return stop.aborted || typeof terms === 'string' || rests || held.size > terms.cores ? undefined : terms;
  }

  /** Whatever the loop below waits for: the lender's word is kept within seconds. */
  function guard(): void {
    if (home.enrolled()?.machine !== lent) over ??= new Ended('This machine left (flock worker leave).');
    const why = termsNow();
    if (typeof why !== 'string' && over === undefined) return;
    for (const { abort } of held.values()) abort.abort(over ? 'shutdown' : 'paused');
  }

  const jobsEnd = (): Promise<void>[] => [...held.values()].map(({ ended }) => ended);

  /** One turn: finds out why there is no work, or asks for some. */
  async function turn(): Promise<void> {
    guard();
    if (over) throw over;
    const terms = termsNow();
    if (typeof terms === 'string') {
      nowIdle(terms);
      return pause(LOOK_MS);
    }
    if (sessionAt === undefined || steady() - sessionAt > SESSION_MS) await session();
    show();
    if (journal.stuck) return pause(LOOK_MS);
    const slots = steady() < rest.until ? 0 : terms.cores - held.size;
    if (slots <= 0) {
      nowIdle(held.size > 0 ? undefined : `its last ${broke} jobs broke: ${rest.why.slice(0, 200)}`);
      return pause(LOOK_MS, ...jobsEnd());
    }
    const waitSeconds = held.size === 0 ? WAIT_SECONDS : 0;
    const answer = await persist(
      () => client.lease({ ...wish(terms, slots, clock.now()), waitSeconds }, stop).catch(bySession),
      true,
    );
    if (!answer) return;
    const begun = await beginAll(answer.leases, slots);
    if (held.size > 0) nowIdle(undefined);
    else nowIdle(answer.idle === undefined ? 'no work' : IDLE[answer.idle]);
    if (begun > 0) return;
    const seconds = Math.max(SOONEST, answer.retrySeconds ?? 30);
    return pause(seconds * 1000, ...jobsEnd());
  }

  /** Who understands us no longer may have been upgraded: its version is asked for before anything is said again. */
  async function bySession(error: unknown): Promise<never> {
    if (error instanceof Refused && error.code === 'bad_request') await session();
    throw error;
  }

  for (const { since, what, steps } of home.state()?.jobs ?? [])
    journal.ran({ at: new Date(since).toISOString(), what, outcome: 'killed', steps });
  show();
  try {
    await session();
    await tellOfLastTime();
    every(() => BEAT_SECONDS * 1000 * (0.8 + 0.2 * clock.random()), beat);
    every(
      () => LOOK_MS,
      () => held.size > 0 && guard(),
    );
    while (!stop.aborted) await turn();
  } catch (error) {
    if (error instanceof Ended) over ??= error;
    throw error;
  } finally {
    end();
    for (const { abort } of held.values()) abort.abort('shutdown');
    while (held.size > 0) await Promise.all(jobsEnd());
    idle = 'stopped';
    // Who left has no state any more.
    if (home.enrolled()?.machine === lent) show();
  }
}

/** Jobs that a worker was in the middle of, and of which nobody was told. */
const unfinished = (last: WorkerState | undefined): WorkerState['jobs'] => [
  ...(last?.jobs ?? []),
  ...(last?.untold ?? []),
];
