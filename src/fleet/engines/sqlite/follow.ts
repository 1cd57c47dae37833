/** What follows from what is known about a finding: who is asked to confirm it, to shrink it, to try the base. */
import type { Finding } from '../../finding.js';
import { type Machine, SILENT_MS } from '../../machine.js';
import type { JobResult, JobSpec } from '../../protocol.js';
import { believe, type Evidence, rateAmong, refuted, runsToExclude, settled } from '../../rules/standing.js';
import type { SinceFixed } from './aftercare.js';
import type { Findings } from './findings.js';
import type { Hunts } from './hunts.js';
import { type Job, type Jobs, keptOf, type Purpose } from './jobs.js';
import type { Machines } from './machines.js';
import { type Shrinks, verdictOf } from './shrinks.js';
import type { SightingPurpose } from './sightings.js';
import type { Heard, Words } from './words.js';

/** Runs that are asked of one machine for a failure that has shown every time. */
const CONFIRM_RUNS = 3;
/** Lenders that try the base. */
const BASE_LENDERS = 2;
/** Machines of other lenders that try in vain before a finding is left alone. */
const MOST_TRIES = 6;

/** How a finding's reporters stand, and by whose word. */
export interface Settled {
  /** `closed`: nobody is asked about it any more, whatever it was. */
  readonly word: 'believed' | 'refuted' | 'open' | 'closed';
  readonly evidence: readonly Evidence[];
  /** Jobs that told of it where others did not find it: on a shorter way, on its base, on the ref that fixed it. */
  readonly lies: readonly Job[];
  /** Where it is said to be fixed: what was found out about the ref that a job met it on since; `closed`: nothing is asked about it. */
  readonly on: (job: Job) => 'open' | 'passes' | 'closed' | undefined;
}

export interface FollowDeps {
  readonly now: () => number;
  readonly machines: Machines;
  readonly jobs: Jobs;
  readonly hunts: Hunts;
  readonly findings: Findings;
  readonly shrinks: Shrinks;
  readonly words: Words;
  /** Told of each change: what people asked for beside it goes on. */
  readonly also: (finding: number) => SinceFixed;
}

/** The steps of a finding, as a job. */
export function replayOf(finding: Finding, runs: number, ref: string | undefined, trace = finding.trace): JobSpec {
  return {
    kind: 'replay',
    digest: finding.digest,
    ...(ref === undefined ? {} : { ref }),
    trace: [...trace],
    seed: finding.seed,
    runs,
    bugs: [...finding.bugs],
  };
}

const PURPOSES: Partial<Record<Purpose, SightingPurpose>> = {
  confirm: 'confirm',
  reproduce: 'confirm',
  base: 'base',
  retest: 'retest',
  bisect: 'bisect',
};

export type Follow = ReturnType<typeof createFollow>;

export function createFollow({ now, machines, jobs, hunts, findings, shrinks, words, also }: FollowDeps) {
  const open = (finding: number, purpose: Purpose): Job[] =>
    jobs.ofFinding(finding, purpose).filter(({ state }) => state === 'ready' || state === 'leased');

  function askToConfirm(finding: Finding, evidence: readonly Evidence[], wanted: number, rate: number): void {
    const asked = new Set(evidence.map(({ lender }) => lender));
    const tried = jobs.ofFinding(finding.id, 'confirm');
    const waiting = open(finding.id, 'confirm').length;
    const free = machines.activeLenders(now() - SILENT_MS).filter((lender) => !asked.has(lender));
    const more = Math.min(wanted - waiting, free.length - waiting, MOST_TRIES - tried.length);
    const runs = rate >= 1 ? CONFIRM_RUNS : Math.max(CONFIRM_RUNS, runsToExclude(rate));
    for (let n = 0; n < more; n++) {
      const spec = replayOf(finding, runs, finding.ref);
      jobs.add({ hunt: finding.hunt, purpose: 'confirm', finding: finding.id, spec, priority: 3, barred: [...asked] });
    }
  }

  /** Whether everybody who could be asked was asked. */
  function isLast(finding: Finding, evidence: readonly Evidence[]): boolean {
    const asked = new Set(evidence.map(({ lender }) => lender));
    const tried = jobs.ofFinding(finding.id, 'confirm');
    if (tried.some(({ state }) => state === 'ready' || state === 'leased')) return false;
    return tried.length >= MOST_TRIES || machines.activeLenders(now() - SILENT_MS).every((lender) => asked.has(lender));
  }

  const isBelieved = (id: number | undefined): boolean =>
    id !== undefined && ['reproduced', 'confirmed', 'pre_existing'].includes(findings.get(id).standing);

  function askBase(finding: Finding, runs: number): void {
    if (finding.baseRef === undefined || runs <= 0 || open(finding.id, 'base').length > 0) return;
    const spec = replayOf(finding, runs, finding.baseRef);
    const job = { hunt: finding.hunt, purpose: 'base', finding: finding.id, spec, priority: 3 } as const;
    // Two lenders, where there are two: one might pass whatever it is given.
    const lenders = machines.activeLenders(now() - SILENT_MS).length;
    for (let n = 0; n < Math.max(1, Math.min(BASE_LENDERS, lenders)); n++)
      jobs.add({ ...job, candidate: String(now()) });
  }

  /** What the base says. One that cannot be tested says nothing, and keeps nothing waiting. */
  function baseOf(finding: Finding): Heard | undefined {
    const { id, baseRef: ref, standing } = finding;
    if (ref === undefined || words.isBroken(id, { purpose: 'base', ref })) return undefined;
    const settled = standing === 'pre_existing' || standing === 'confirmed';
    const spec = replayOf(finding, runsToExclude(finding.rate), ref);
    return words.hear(finding, { purpose: 'base', ref, settled }, { hunt: finding.hunt, spec });
  }

  return {
    /** Notes a failure that a machine met. Returns the finding that it belongs to. */
    see(job: Job, machine: Machine, { failure, trace, repeated }: JobResult['sightings'][number]): number {
      const hunt = hunts.get(job.hunt);
      const { finding } = findings.see({
        suite: hunt.suite,
        digest: hunt.digest,
        ref: hunt.ref,
        baseRef: hunt.baseRef,
        hunt: hunt.id,
        bugs: job.spec.bugs,
        seed: job.spec.seed,
        failure,
        trace,
        machine: machine.id,
        lender: machine.lender,
      });
      // The walk itself was a hit, too.
      const runs = repeated.runs + 1;
      const hits = repeated.hits + 1;
      const seen = { finding, job: job.id, purpose: 'seen', ref: hunt.ref, runs, hits } as const;
      findings.addSighting({ ...seen, machine: machine.id, lender: machine.lender });
      return finding;
    },

    /** What a failure is told by, and at least in which share of runs it shows. */
    knownFailure(id: number): { readonly signature: string; readonly rate: number } {
      return { signature: findings.get(id).signature, rate: rateAmong(findings.evidence(id)) };
    },
    /** Whether two lenders at least have seen it. */
    isBelieved,
    /** The findings that a job told of. */
    toldBy: (job: Job): number[] =>
      (job.result?.sightings ?? []).flatMap(({ signature }) => findings.of(hunts.get(job.hunt).suite, signature) ?? []),
    /** The same, of the failure that a job told of; and how often it shows at least. */
    believes: (job: Job, signature: string): boolean => isBelieved(findings.of(hunts.get(job.hunt).suite, signature)),
    rateOf(job: Job, signature: string): number {
      const id = findings.of(hunts.get(job.hunt).suite, signature);
      return id === undefined ? 0 : rateAmong(findings.evidence(id));
    },

    /** Notes what came of a job that was run for a finding. */
    note(job: Job, machine: Machine, result: JobResult): void {
      if (job.finding === undefined) return;
      const finding = findings.get(job.finding);
      if (job.purpose === 'shrink') {
        shrinks.answer(finding, job, { lender: machine.lender, ...verdictOf(keptOf(result), finding.signature) });
        return;
      }
      const purpose = PURPOSES[job.purpose];
      if (purpose === undefined) return;
      const { runs, hits } = verdictOf(keptOf(result), finding.signature);
      const row = { finding: finding.id, job: job.id, purpose, ref: job.ref, runs, hits };
      findings.addSighting({ ...row, machine: machine.id, lender: machine.lender });
      findings.revise(finding.id);
    },

    /** Works out how far a finding is to be believed now, and asks for what is still missing. Doing it twice changes nothing. */
    settle(id: number): Settled {
      const { lies: told, says } = also(id);
      const lies = [...told];
      const finding = findings.get(id);
      const evidence = findings.evidence(id);
      const on = ({ ref }: Job) =>
        finding.status === 'fixed' && ref !== finding.ref ? (says.get(ref) ?? 'closed') : undefined;
      if (finding.status === 'duplicate' || finding.status === 'not_a_bug')
        return { word: 'closed', evidence, lies, on };
      const base = baseOf(finding);
      lies.push(...(base?.lies ?? []));
      const believed = believe(evidence, base);
      if (believed.standing !== finding.standing || believed.rate !== finding.rate)
        findings.believed(id, believed.standing, believed.rate);

      const last = isLast(finding, evidence);
      const word = refuted(evidence, last) ? 'refuted' : settled(evidence, last) ? 'believed' : 'open';
      if (word === 'refuted') return { word, evidence, lies, on };
      if (finding.status !== 'open' || hunts.get(finding.hunt).state === 'stopped')
        return { word: word === 'open' ? 'closed' : word, evidence, lies, on };
      if (believed.standing === 'seen' || believed.standing === 'suspected' || believed.standing === 'reproduced') {
        askToConfirm(finding, evidence, 3 - believed.lenders, believed.rate);
        if (believed.lenders >= 3) askBase(finding, believed.baseRunsWanted);
      }
      const worth = believed.standing !== 'seen' && believed.standing !== 'pre_existing';
      return { word, evidence, lies: worth ? [...lies, ...shrinks.go(findings.get(id))] : lies, on };
    },
  };
}
