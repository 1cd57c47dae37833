/** The worker at work: asks for jobs, runs them, keeps its leases alive, hands results in, and says why it is idle. */
import type { z } from 'zod';
import {
  BEAT_SECONDS,
  type JobResult,
  type JobSpec,
  type Lease,
  type leaseAnswer,
  PROTOCOL,
} from '../fleet/protocol.js';
import type { Cancel, Clock } from '../platform/clock.js';
import { backoff } from './backoff.js';
import { type Client, Refused, Unreachable } from './client.js';
import { PolicyError, type WorkerHome } from './home.js';
import { mayWork, minutesUntil, type Policy } from './policy.js';

/** What a job came to, before the fence is put on it. */
export type Performed = Omit<JobResult, 'attempt' | 'epoch' | 'nonce' | 'next'>;

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
  /** What the lender sees of it: one line an event. */
  readonly say: (line: string) => void;
  /** One line for each job that ran here, for ever. */
  readonly record: (line: object) => void;
  readonly pid: number;
}

interface Held {
  readonly lease: Lease;
  readonly since: number;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
  steps: number;
  checks: number;
}

type LeaseAnswer = z.infer<typeof leaseAnswer>;

/** What the worker cannot go on after: it ends, with a line that says what to do, and is not restarted in a circle. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

const ENDING: Partial<Record<Refused['code'], string>> = {
  too_old: 'This worker is too old for the coordinator. Upgrade Flock on this machine, then start it again.',
  too_new:
    'This worker is newer than the coordinator. Install the version that the coordinator has, then start it again.',
  withdrawn: 'This machine was withdrawn. To lend it again: /machine lend, then flock worker enroll.',
  unknown_machine:
    'The coordinator does not know this machine. Enrol it again: /machine lend, then flock worker enroll.',
  bad_signature: "This machine's key does not fit. Enrol it again: /machine lend, then flock worker enroll.",
};

/** Refusals that time may mend. */
const PASSING: readonly Refused['code'][] = ['clock_off', 'replayed', 'too_many', 'unavailable'];

/** Jobs of less than this are not worth beginning before the lender's hours end; minutes. */
const LEAST_MINUTES = 1;
/** How long the coordinator may keep a machine waiting for work. */
const WAIT_SECONDS = 25;
/** How often the lender's own switches are looked at while it is idle; milliseconds. */
const LOOK_MS = 5_000;
/** Jobs in a row that break on this machine before it rests. */
const MANY_BROKE = 3;

const fenceOf = ({ attempt, epoch }: Lease) => ({ attempt, epoch });

const whatOf = (job: JobSpec): string =>
  job.kind === 'walk'
    ? `walk ${job.strategy} seed ${job.seed} × ${job.episodes.count}`
    : `replay ${job.trace.length} steps × ${job.runs}`;

/** Runs until `stop` fires, then gives its leases back. Throws Ended. */
export async function work(deps: LoopDeps, stop: AbortSignal): Promise<void> {
  const { home, client, perform, clock, facts, say, record, pid } = deps;
  const held = new Map<string, Held>();
  const started = clock.now();
  let done = 0;
  let idle: string | undefined;
  let notices: readonly string[] = [];
  let failures = 0;
  /** Jobs in a row that broke on this machine; until when it leaves others alone, and why. */
  let broke = 0;
  let rest = { until: 0, why: '' };
  let cancelBeat: Cancel | undefined;

  function show(): void {
    const jobs = [...held.values()].map(({ lease, since, steps }) => ({
      lease: lease.lease,
      ...fenceOf(lease),
      what: whatOf(lease.job),
      since,
      steps,
    }));
    home.setState({
      pid,
      since: started,
      at: clock.now(),
      ...(idle === undefined ? {} : { idle }),
      jobs,
      done,
      notices: [...notices],
    });
  }

  function nowIdle(why: string | undefined): void {
    if (why !== idle) say(why === undefined ? 'working' : `idle: ${why}`);
    idle = why;
    show();
  }

  /** Waits, or less: whatever ends first of the time, the stop, and a job. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (stop.aborted) return resolve();
      const end = (): void => {
        cancel();
        stop.removeEventListener('abort', end);
        resolve();
      };
      const cancel = clock.after(Math.min(ms, 60_000), end);
      stop.addEventListener('abort', end, { once: true });
    });
  }

  /** Calls until it is answered, or the stop fires. Throws Ended. */
  async function persist<T>(call: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        const answer = await call();
        failures = 0;
        return answer;
      } catch (error) {
        if (error instanceof Refused) {
          const ending = ENDING[error.code];
          if (ending) throw new Ended(ending);
          if (!PASSING.includes(error.code)) throw error;
        } else if (!(error instanceof Unreachable)) throw error;
        failures += 1;
        const ms = backoff(failures, clock.random());
        say(
          `the coordinator is out of reach (${error instanceof Error ? error.message : ''}); again in ${Math.round(ms / 1000)} s`,
        );
        const until = clock.now() + ms;
        while (!stop.aborted && clock.now() < until) await pause(until - clock.now());
        if (stop.aborted) return undefined;
      }
    }
  }

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
      say(`could not give back ${lease.lease}: ${error instanceof Error ? error.message : ''}`);
    }
  }

  /** What breaks here once may be the suite's fault; what always breaks here is this machine's, and others do it better. */
  function breaks(why: string): void {
    broke += 1;
    say(`a job broke: ${why}`);
    if (broke >= MANY_BROKE) rest = { until: clock.now() + backoff(broke - MANY_BROKE + 1, clock.random()), why };
  }

  async function run(
    lease: Lease,
    policy: Policy,
    entry: { current: Held | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const since = clock.now();
    const { job } = lease;
    try {
      const performed = await perform(job, {
        policy,
        signal,
        progress(steps, checks) {
          const mine = entry.current;
          if (mine) Object.assign(mine, { steps, checks });
        },
      });
      record({
        at: new Date(since).toISOString(),
        ms: clock.now() - since,
        job,
        outcome: performed?.outcome ?? 'given back',
        steps: performed?.steps ?? 0,
      });
      if (performed?.outcome === 'error') breaks(performed.error ?? 'the test broke');
      else if (performed) broke = 0;
      if (!performed) {
        if (signal.reason !== 'lost') await giveBack(lease, stop.aborted ? 'shutdown' : 'paused');
        return;
      }
      const result = { ...performed, ...fenceOf(lease), nonce: lease.nonce };
      const answer = await persist(() => client.result(lease.lease, { ...result, next: nextWish() }));
      if (answer) {
        done += 1;
        say(`${whatOf(job)}: ${performed.outcome}, ${performed.steps} steps, ${answer.verdict}`);
        for (const next of answer.next?.leases ?? []) begin(next, policy);
      } else await giveBack(lease, 'shutdown');
    } catch (error) {
      if (error instanceof Ended) throw error;
      const why = error instanceof Error ? error.message : String(error);
      breaks(why);
      await giveBack(lease, 'infrastructure', why);
    } finally {
      held.delete(lease.lease);
      show();
    }
  }

  const broken: Ended[] = [];

  function begin(lease: Lease, policy: Policy): void {
    const abort = new AbortController();
    const entry: { current: Held | undefined } = { current: undefined };
    const ended = run(lease, policy, entry, abort.signal).catch((error: unknown) => {
      if (error instanceof Ended) broken.push(error);
      else say(String(error));
    });
    const mine: Held = { lease, since: clock.now(), abort, ended, steps: 0, checks: 0 };
    entry.current = mine;
    held.set(lease.lease, mine);
    show();
  }

  async function beat(): Promise<void> {
    const leases = [...held.values()].map(({ lease, steps, checks }) => ({
      lease: lease.lease,
      ...fenceOf(lease),
      steps,
      checks,
    }));
    if (leases.length > 0) {
      try {
        const state = home.paused() ? 'paused' : stop.aborted ? 'draining' : 'working';
        const answer = await client.beat({ leases, state });
        for (const [lease, word] of Object.entries(answer.leases))
          if (word !== 'ok') held.get(lease)?.abort.abort('lost');
      } catch (error) {
        say(`beat failed: ${error instanceof Error ? error.message : ''}`);
      }
    }
    show();
    cancelBeat = clock.after(BEAT_SECONDS * 1000 * (0.8 + 0.2 * clock.random()), () => void beat());
  }

  /** Killed in the middle of its jobs, it says so: nobody waits three minutes for what will not come. */
  async function tellOfLastTime(): Promise<void> {
    for (const { lease, attempt, epoch, what } of home.state()?.jobs ?? []) {
      const detail = 'the worker was killed';
      try {
        const { verdict } = await client.release(lease, { attempt, epoch, why: 'infrastructure', detail });
        say(`was killed during ${what}: ${verdict}`);
      } catch (error) {
        say(`could not tell of ${lease}: ${error instanceof Error ? error.message : ''}`);
      }
    }
  }

  async function session(): Promise<void> {
    const { newest, oldest } = PROTOCOL;
    const answer = await persist(() => client.session({ protocol: { newest, oldest }, ...facts }, stop));
    if (!answer) return;
    notices = answer.notices;
    for (const notice of notices) say(notice);
  }

  /** Why the lender's own terms forbid work now; undefined where they do not. */
  function forbidden(policy: Policy): string | undefined {
    if (home.paused()) return 'paused by its lender (flock worker resume)';
    const now = clock.now();
    if (!mayWork(policy, now)) return `outside its hours, for ${minutesUntil(policy, now, true)} minutes more`;
    if (policy.suites.length === 0) return 'no suite is accepted here (flock worker accept NAME)';
    return undefined;
  }

  function wish({ hours, zone, max_minutes, suites }: Policy, slots: number) {
    const left = hours.length === 0 ? max_minutes : minutesUntil({ hours, zone }, clock.now(), false);
    const maxMinutes = Math.max(LEAST_MINUTES, Math.min(max_minutes, left));
    return { slots, digests: suites.map(({ digest }) => digest), maxMinutes, waitSeconds: 0 };
  }

  /** What is asked for in the call that hands a result in. Undefined where the lender's terms, read anew, allow no more. */
  function nextWish(): ReturnType<typeof wish> | undefined {
    const policy = terms();
    if (stop.aborted || typeof policy === 'string' || clock.now() < rest.until || held.size > policy.cores)
      return undefined;
    return forbidden(policy) === undefined ? wish(policy, 1) : undefined;
  }

  /** The lender's terms as they are now, or what is wrong with them. */
  function terms(): Policy | string {
    try {
      return home.policy();
    } catch (error) {
      if (error instanceof PolicyError) return error.message;
      throw error;
    }
  }

  const ask = (policy: Policy, slots: number): Promise<LeaseAnswer | undefined> =>
    persist(() => client.lease({ ...wish(policy, slots), waitSeconds: held.size === 0 ? WAIT_SECONDS : 0 }, stop));

  const IDLE: Record<NonNullable<LeaseAnswer['idle']>, string> = {
    no_hunts: 'there is no hunt now',
    no_accepted_suite: 'no hunt uses a suite that is accepted here (flock worker accept NAME)',
    all_leased: 'all work is handed out',
    paused: 'paused in Discord (/machine resume)',
    quarantined: 'quarantined by the community (/machine show tells why)',
    busy: 'the coordinator is busy',
    too_short: 'no job is short enough',
  };

  await session();
  await tellOfLastTime();
  void beat();
  try {
    while (!stop.aborted) {
      const [fatal] = broken;
      if (fatal) throw fatal;
      const policy = terms();
      const why = typeof policy === 'string' ? policy : forbidden(policy);
      if (typeof policy === 'string' || why !== undefined) {
        for (const { abort } of held.values()) abort.abort('paused');
        nowIdle(why);
        await pause(LOOK_MS);
        continue;
      }
      const slots = clock.now() < rest.until ? 0 : policy.cores - held.size;
      if (slots <= 0) {
        nowIdle(held.size > 0 ? undefined : `its last ${broke} jobs broke: ${rest.why.slice(0, 200)}`);
        await Promise.race([pause(LOOK_MS), ...[...held.values()].map(({ ended }) => ended)]);
        continue;
      }
      const answer = await ask(policy, slots);
      if (!answer) continue;
      for (const lease of answer.leases) begin(lease, policy);
      if (held.size > 0) nowIdle(undefined);
      if (answer.leases.length > 0) continue;
      if (held.size === 0) nowIdle(answer.idle === undefined ? 'no work' : IDLE[answer.idle]);
      const seconds = answer.retrySeconds ?? 30;
      await Promise.race([pause(seconds * 1000), ...[...held.values()].map(({ ended }) => ended)]);
    }
  } finally {
    cancelBeat?.();
    for (const { abort } of held.values()) abort.abort('shutdown');
    await Promise.all([...held.values()].map(({ ended }) => ended));
    idle = 'stopped';
    show();
  }
}
