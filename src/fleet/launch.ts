/** Starts a hunt: with its live message, and with the patterns that guard against what was fixed before. */
import { refuse } from '../community/refusal.js';
import type { Guild } from '../platform/guild.js';
import type { SqliteFleet } from './engines/sqlite/fleet.js';
import type { Herald } from './herald.js';
import type { Hunt, HuntPlan } from './hunt.js';

export interface LaunchDeps {
  readonly guild: Guild;
  readonly fleet: SqliteFleet;
  readonly herald: Herald;
  /** Whether these steps can be taken in the version that is hunted with: guards are older than it. */
  readonly fits: (steps: readonly string[]) => boolean;
  /** Where live messages go. */
  readonly channel: string | undefined;
}

/** Runs of each guarding pattern in each hunt. */
const GUARD_RUNS = 3;

/** Refuses: no_hunts_channel, suite_unknown, suite_not_approved, suite_retired, and what starting a hunt refuses. */
export function launchHunt({ guild, fleet, herald, fits, channel }: LaunchDeps, plan: Omit<HuntPlan, 'suite'>): Hunt {
  return guild.transaction((): Hunt => {
    const place = channel ?? refuse('no_hunts_channel');
    const suite = fleet.suites.find(plan.digest) ?? refuse('suite_unknown');
    if (suite.retiredAt !== undefined) refuse('suite_retired', { name: suite.name });
    if (suite.approvedBy === undefined) refuse('suite_not_approved', { name: suite.name });
    const hunt = fleet.hunts.start({ ...plan, suite: suite.name });
    for (const { steps, finding } of plan.trace ? [] : fleet.suites.guards(suite.name)) {
      if (!fits(steps)) continue;
      const seed = finding === undefined ? plan.seed : (fleet.findings.find(finding)?.seed ?? plan.seed);
      const ref = plan.ref === undefined ? {} : { ref: plan.ref };
      const spec = { digest: plan.digest, ...ref, trace: [...steps], seed, runs: GUARD_RUNS, bugs: [...plan.bugs] };
      fleet.jobs.add({ hunt: hunt.id, purpose: 'walk', spec: { kind: 'replay', ...spec }, priority: 2 });
    }
    herald.started(hunt, place);
    return hunt;
  })();
}
