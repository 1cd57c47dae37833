/** What is made of a result: whether it counts, what it proves, whom it credits, what has to be run next. */
import type { Guild } from '../../../platform/guild.js';
import { type Machine, type QuarantineReason, SILENT_MS } from '../../machine.js';
import type { JobResult } from '../../protocol.js';
import { ApiRefusal } from '../../refused.js';
import { judged, replicates } from '../../rules/replication.js';
import { rateAmong, triedInVain, undisputed } from '../../rules/standing.js';
import { afterAlarm, afterKnown, afterPlanted, BOUND, chanceToMiss, type Doubt } from '../../rules/suspicion.js';
import { createDisputes, isUndecided, tells } from './disputes.js';
import type { Follow } from './follow.js';
import type { Hunts } from './hunts.js';
import { type Job, type Jobs, keptOf, type Purpose } from './jobs.js';
import type { Fence, Leases } from './leases.js';
import type { Ledger } from './ledger.js';
import type { Machines } from './machines.js';
import type { Walks } from './walks.js';

/** Work that is no loss where nobody can take it. */
const FOLLOW_UP: readonly Purpose[] = ['replica', 'confirm', 'reproduce'];
/** Work that several lenders are asked to do. */
const AT_ONCE: readonly Purpose[] = ['retest', 'base'];
/** Work whose result is judged with its finding. */
const CONFIRMS: readonly Purpose[] = ['confirm', 'reproduce'];
/** Chance that a shorter sequence failed once, and not again for two others. */
const LUCKY = 0.05;
/** What happens to an honest machine less often than this is held against it. */
const SELDOM = 0.1;
/** Weight of the newest job in a machine's pace. */
const NEWEST = 0.2;

export interface VerdictDeps {
  readonly now: () => number;
  readonly random: () => number;
  readonly machines: Machines;
  readonly leases: Leases;
  readonly jobs: Jobs;
  readonly walks: Walks;
  readonly hunts: Hunts;
  readonly ledger: Ledger;
  readonly follow: Follow;
}

export type Verdict = 'accepted' | 'duplicate' | 'stale' | 'cancelled';
export type Verdicts = ReturnType<typeof createVerdicts>;

export function createVerdicts(guild: Guild, deps: VerdictDeps) {
  const { now, random, machines, leases, jobs, walks, hunts, ledger, follow } = deps;

  const machineOf = ({ machine }: Job): Machine | undefined =>
    machine === undefined ? undefined : machines.standIn(machine);

  /** Holds a machine, paused and withdrawn ones as well: what it has under way goes to others. */
  function hold(machine: Machine, reason: QuarantineReason): void {
    if (machine.reason !== undefined) return;
    machines.quarantine(machine.id, reason);
    leases.takeBack(machine.id);
  }

  /** Changes what is thought of a machine; beyond the bound it is held. */
  function doubt(machine: Machine, kind: keyof Doubt, change: (doubt: Doubt) => Doubt): void {
    const after = change(machine.doubt);
    machines.setDoubt(machine.id, after);
    if (after[kind] >= BOUND) hold(machine, kind === 'blind' ? 'missed_canary' : 'false_alarms');
  }

  /** A result that is taken: its machine is credited, and, where it was checked, believed more. */
  function accept(job: Job, checked: boolean): void {
    if (!isUndecided(job)) return;
    jobs.judge(job.id, 'valid');
    ledger.grant(job.id);
    const machine = machineOf(job);
    if (!machine) return;
    if (checked) machines.setTrust(machine.id, judged(machine.trust, true).trust);
    doubt(machine, 'alarm', (now) => afterAlarm(now, false, 0));
  }

  /** A result that cannot have been: no flaky system explains it. */
  function reject(job: Job): void {
    if (!isUndecided(job)) return;
    jobs.judge(job.id, 'invalid');
    ledger.reverse(job.id);
    const machine = machineOf(job);
    if (!machine) return;
    const { trust, consequence } = judged(machine.trust, false);
    machines.setTrust(machine.id, trust);
    if (consequence === 'quarantined') hold(machine, 'wrong_results');
  }

  /** A failure that nobody else could repeat. Honest machines have such, now and then; many at once are no accident. `chance`: that the others just did not meet it. */
  function falseAlarm(job: Job, chance: number): void {
    if (!isUndecided(job)) return;
    jobs.judge(job.id, chance < SELDOM ? 'invalid' : 'doubtful');
    if (chance < SELDOM) ledger.reverse(job.id);
    else ledger.grant(job.id);
    blame(job, chance);
  }

  function blame(job: Job, chance: number): void {
    const machine = machineOf(job);
    if (!machine) return;
    const usual = jobs.usualAlarms(job.hunt, machine.id);
    doubt(machine, 'alarm', (now) => afterAlarm(now, true, Math.max(usual, chance)));
  }

  /** It was to meet a failure that is known, and did or did not. `chance`: that an honest machine does not, either. */
  function known(job: Job, caught: boolean, chance: number): void {
    const machine = machineOf(job);
    if (machine) doubt(machine, 'blind', (now) => afterKnown(now, caught, chance));
  }

  const { replicate, replicated, isBeingRepeated } = createDisputes({
    ...{ jobs, follow },
    judging: { accept, reject, falseAlarm, known },
  });

  function measure(job: Job, machine: Machine, result: JobResult): void {
    const ms = Math.max(1, now() - job.leasedAt);
    const episodes = Math.max(1, result.episodes);
    hunts.pace(job.hunt, ms, ms / episodes / machine.pace);
    const hunt = walks.episodeMs(job.hunt);
    if (hunt) machines.setPace(machine.id, machine.pace * (1 - NEWEST) + (ms / episodes / hunt) * NEWEST);
  }

  /** What was answered with nonsense is still to be done, by somebody else. */
  function again({ hunt, purpose, spec, finding, twin, candidate, barred }: Job, { lender }: Machine): void {
    if (purpose === 'canary') return;
    jobs.add({ hunt, purpose, spec, finding, twin, candidate, priority: 1, barred: [...barred, lender] });
  }

  function walked(job: Job, machine: Machine, result: JobResult): void {
    hunts.cover(job.hunt, result.coverage);
    measure(job, machine, result);
    jobs.judge(job.id, 'waiting');
    const alone = !jobs.othersAreThere(machine.lender, now() - SILENT_MS);
    const checked = !alone && replicates(machine.trust, random());
    if (result.sightings.length === 0) {
      if (checked) replicate(job, [machine.lender]);
      else accept({ ...job, judged: 'waiting' }, false);
      return;
    }
    const findings = new Set(
      result.sightings.map((sighting) => follow.see({ ...job, judged: 'waiting' }, machine, sighting)),
    );
    // What everybody may read can be copied: whoever tells of a known failure is checked as whoever passes.
    if (checked && [...findings].some(follow.isBelieved)) replicate(job, [machine.lender]);
    for (const finding of findings) settleFinding(finding);
  }

  /** A failure that was known before. `chance`: that an honest machine does not meet it. */
  function canary(job: Job, machine: Machine, result: JobResult): void {
    if (job.finding !== undefined) {
      const { signature, rate } = follow.knownFailure(job.finding);
      const caught = tells(keptOf(result), signature);
      known(job, caught, 1 - rate);
      for (const sighting of result.sightings) settleFinding(follow.see(job, machine, sighting));
      accept(job, caught);
      return;
    }
    const caught = result.sightings.length > 0;
    hunts.canary(job.hunt, caught);
    // One that nobody ever caught in this hunt speaks against the suite, not against the machine.
    const works = caught || hunts.canaryWorks(job.hunt);
    if (works) doubt(machine, 'blind', (now) => afterPlanted(now, caught));
    if (caught || !works) {
      accept(job, caught);
      return;
    }
    jobs.judge(job.id, 'invalid');
    machines.setTrust(machine.id, { ...machine.trust, streak: 0 });
  }

  /** Asked of a second lender, after the first has answered, or has met it by itself. */
  const isSecond = ({ id, purpose, finding, candidate, barred }: Job): boolean =>
    AT_ONCE.includes(purpose) &&
    finding !== undefined &&
    (barred.length > 0 ||
      jobs
        .ofFinding(finding, purpose)
        .some((one) => one.id !== id && one.candidate === candidate && one.state === 'done'));

  function settleFinding(finding: number): void {
    const { word, evidence, lies, on } = follow.settle(finding);
    for (const job of lies) {
      ledger.reverse(job.id);
      blame(job, LUCKY);
    }
    if (word === 'open') return;
    const { signature } = follow.knownFailure(finding);
    for (const job of jobs.reporters(finding)) {
      const saw = tells(job.result, signature);
      const others = evidence.filter(({ machine }) => machine !== job.machine);
      const there = on(job);
      if (there === 'open') continue;
      if (there === 'passes') {
        if (saw) falseAlarm(job, LUCKY);
        else accept(job, true);
      } else if (word === 'closed' || there === 'closed') {
        if (!isBeingRepeated(job)) accept(job, false);
      } else if (word === 'refuted') {
        if (saw) falseAlarm(job, triedInVain(evidence).chance);
        else accept(job, true);
      } else if (job.purpose === 'walk' || job.purpose === 'replica') {
        if (!isBeingRepeated(job)) accept(job, true);
      } else {
        const chance = chanceToMiss(rateAmong(others), job.result?.episodes ?? 0);
        if (undisputed(others)) known(job, saw, chance);
        accept(job, saw);
      }
    }
  }

  /** Nobody will answer it any more: what waited for its answer goes on without. */
  function parked({ hunt, finding, twin }: Job): void {
    const first = twin === undefined ? undefined : jobs.find(twin);
    for (const one of first ? [first, ...jobs.replicasOf(first.id)] : []) {
      if (one.judged !== 'waiting') continue;
      if (one.result?.outcome === 'pass') accept(one, false);
      else for (const told of follow.toldBy(one)) settleFinding(told);
    }
    if (finding !== undefined) settleFinding(finding);
    hunts.stopHopeless(hunt);
    hunts.finish(hunt, walks.spent(hunt));
  }

  return {
    settleFinding,
    parked,

    /** Silent machines lose their leases. */
    reap: guild.transaction((): void => {
      for (const id of leases.reap()) {
        const job = jobs.find(id);
        if (job) parked(job);
      }
    }),

    /**
     * Takes a result, once: sent again it is a duplicate, from an older lease or epoch it is stale. All that follows from
     * it happens in the same transaction. `plausible`: whether it fits what was asked. Throws ApiRefusal: not_yours.
     */
    settle: guild.transaction((machine: Machine, fence: Fence, result: JobResult, plausible: boolean): Verdict => {
      const job = jobs.leased(fence.lease);
      if (!job) return 'stale';
      if (job.machine !== machine.id) throw new ApiRefusal('not_yours');
      if (job.state === 'done') return 'duplicate';
      if (job.state === 'cancelled') return 'cancelled';
      if (!leases.fenced(machine.id, fence) || job.nonce !== result.nonce) return 'stale';

      if (plausible) hunts.tally(job.hunt, result);
      if (plausible && result.outcome === 'error') {
        const blamed = jobs.workedForOthers(job, machine.lender);
        if (leases.broke(job.id, machine.id, result.error ?? '', blamed)) parked(job);
        return 'accepted';
      }
      machines.answered(machine.id);
      jobs.finish(job.id, result);
      if (!plausible) {
        reject(job);
        again(job, machine);
      } else if (job.purpose === 'walk') walked(job, machine, result);
      else if (job.purpose === 'replica') {
        replicated(job);
        if (result.sightings.length > 0)
          for (const sighting of result.sightings) settleFinding(follow.see(job, machine, sighting));
      } else if (job.purpose === 'canary') canary(job, machine, result);
      else {
        // A confirmation is judged with its finding; shrinking, the base and the like are taken as they are told.
        if (CONFIRMS.includes(job.purpose)) jobs.judge(job.id, 'waiting');
        else accept(job, false);
        if (job.finding !== undefined) {
          follow.note(job, machine, result);
          settleFinding(job.finding);
        }
      }
      hunts.finish(job.hunt, walks.spent(job.hunt));
      return 'accepted';
    }),

    /** A hunt was stopped: nobody checks any more what was done in it. */
    close(hunt: number): void {
      for (const job of jobs.waitingIn(hunt)) accept(job, false);
    },

    /** Nobody came to check it in all that time. */
    acceptOverdue: guild.transaction((before: number): void => {
      for (const job of jobs.overdue(before)) accept(job, false);
    }),

    /** Gives up follow-up work that no machine could take for long, so that hunts end and nobody waits for credit for ever. */
    giveUp: guild.transaction((before: number): void => {
      for (const job of jobs.unwanted(before)) {
        if (FOLLOW_UP.includes(job.purpose) || isSecond(job)) jobs.cancel(job.id);
        else if (!AT_ONCE.includes(job.purpose)) jobs.park(job.id);
        else continue;
        parked(job);
      }
    }),
  };
}
