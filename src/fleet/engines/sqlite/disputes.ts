/** Walks that several lenders ran: who is right where they do not agree. */
import type { Follow } from './follow.js';
import type { Job, Jobs, Kept } from './jobs.js';

/** Lenders that are asked about one walk, at most. */
const MOST_STORIES = 5;

/** What becomes of a result. */
export interface Judging {
  /** It is taken; `checked`: somebody else said the same. */
  accept(job: Job, checked: boolean): void;
  /** It cannot have been. */
  reject(job: Job): void;
  /** It told of a failure that nobody else could repeat. `chance`: that the others just did not meet it. */
  falseAlarm(job: Job, chance: number): void;
  /** It was to meet a failure that is known, and did or did not. `chance`: that an honest machine does not, either. */
  known(job: Job, caught: boolean, chance: number): void;
}

export interface DisputeDeps {
  readonly jobs: Jobs;
  readonly follow: Follow;
  readonly judging: Judging;
}

/** What two honest runs of one passing walk have in common on any system: the seed law decides it. */
const account = (result: Kept | undefined): string =>
  result ? JSON.stringify([result.outcome, result.steps, Object.entries(result.actions).sort()]) : '';

/** Whether its verdict is still out. */
export const isUndecided = ({ judged }: Job): boolean => judged === 'no' || judged === 'waiting';

export const tells = (result: Kept | undefined, signature: string): boolean =>
  result?.sightings.some((sighting) => sighting.signature === signature) ?? false;

export type Disputes = ReturnType<typeof createDisputes>;

export function createDisputes({ jobs, follow, judging: { accept, reject, falseAlarm, known } }: DisputeDeps) {
  function replicate(job: Job, barred: readonly string[]): void {
    const { hunt, spec } = job;
    jobs.add({ hunt, purpose: 'replica', spec, twin: job.twin ?? job.id, priority: 1, barred });
  }

  /** A walk that several lenders ran: they agree, or one more is asked, or the fewer are wrong. */
  function replicated(job: Job): void {
    const first = job.twin === undefined ? undefined : jobs.find(job.twin);
    if (!first) return;
    const runs = [first, ...jobs.replicasOf(first.id)].filter((one) => one.state === 'done');
    jobs.judge(job.id, 'waiting');
    const all = runs.map((one) => (one.id === job.id ? { ...one, judged: 'waiting' as const } : one));
    if (all.every(({ result }) => result?.outcome === 'pass')) compare(all);
    else dispute(all);
  }

  const askOneMore = (job: Job, runs: readonly Job[]): void =>
    replicate(
      job,
      runs.flatMap((one) => (one.lender === undefined ? [] : [one.lender])),
    );

  /** Passes: what was done has to be the same. Two against none, or two more than the others, are right. */
  function compare(runs: readonly Job[]): void {
    const votes = new Map<string, number>();
    for (const { result } of runs) votes.set(account(result), (votes.get(account(result)) ?? 0) + 1);
    const [top, next] = [...votes].sort((a, b) => b[1] - a[1]);
    const [last] = runs.slice(-1);
    if (!top || !last) return;
    if (top[1] - (next?.[1] ?? 0) >= 2) {
      for (const one of runs) account(one.result) === top[0] ? accept(one, true) : reject(one);
    } else if (runs.length < MOST_STORIES) askOneMore(last, runs);
    else {
      // As many stories as machines: the suite is not repeatable, and nobody is to blame.
      for (const one of runs) accept(one, false);
    }
  }

  /** Some saw a failure and some did not: whoever is alone with it, or without it, is believed less, as far as it shows each time. */
  function dispute(runs: readonly Job[]): void {
    const counts = new Map<string, number>();
    for (const { result } of runs)
      for (const { signature } of result?.sightings ?? []) counts.set(signature, (counts.get(signature) ?? 0) + 1);
    const [top] = [...counts].sort((a, b) => b[1] - a[1]);
    const [last] = runs.slice(-1);
    if (!top || !last) return;
    const [signature] = top;
    const saw = runs.filter((one) => tells(one.result, signature));
    const missed = runs.filter((one) => !tells(one.result, signature));
    // Two may swear to one tale: whoever is to be believed has to be two ahead.
    if (missed.length > 0 && Math.abs(saw.length - missed.length) < 2) {
      if (runs.length < MOST_STORIES) askOneMore(last, runs);
      else for (const one of runs) accept(one, false);
      return;
    }
    const [finding] = saw;
    const chance = finding ? 1 - follow.rateOf(finding, signature) : 1;
    if (saw.length > missed.length) {
      for (const one of saw) accept(one, true);
      for (const one of missed) {
        if (isUndecided(one)) known(one, false, chance);
        accept(one, false);
      }
    } else {
      for (const one of missed) accept(one, true);
      for (const one of saw) if (follow.believes(one, signature)) falseAlarm(one, chance ** missed.length);
    }
  }

  const isBeingRepeated = (job: Job): boolean =>
    jobs.replicasOf(job.twin ?? job.id).some(({ state }) => state === 'ready' || state === 'leased');

  return {
    /** Has a walk run again by somebody who is not barred. */
    replicate,
    /** A replica was answered. */
    replicated,
    /** Whether somebody is still to run the same walk. */
    isBeingRepeated,
  };
}
