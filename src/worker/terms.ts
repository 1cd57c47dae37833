/** What the lender's terms come to at this moment: why there is no work, or what work is asked for. */

import type { z } from 'zod';
import type { leaseRequest } from '../fleet/protocol.js';
import { mayWork, minutesUntil, type Policy, timeOfDay } from './policy.js';

/** Jobs of less than this are not worth beginning before the lender's hours end; minutes. */
const LEAST_MINUTES = 1;

/** Why the lender's own terms forbid work now; undefined where they do not. */
export function forbidden(policy: Policy, paused: boolean, now: number): string | undefined {
  if (paused) return 'paused by its lender (flock worker resume)';
  if (!mayWork(policy, now)) {
    const again = timeOfDay(now + minutesUntil(policy, now, true) * 60_000, policy.zone);
    return `outside its hours, until ${again} ${policy.zone}`;
  }
  if (policy.suites.length === 0) return 'no suite is accepted here (flock worker accept NAME)';
  return undefined;
}

/** What is asked for. */
export function wish(
  { hours, zone, max_minutes, suites }: Policy,
  slots: number,
  now: number,
): z.infer<typeof leaseRequest> {
  const left = hours.length === 0 ? max_minutes : minutesUntil({ hours, zone }, now, false);
  const maxMinutes = Math.max(LEAST_MINUTES, Math.min(max_minutes, left));
  // More than can be asked for at a time no machine has.
  return {
    slots: Math.min(256, slots),
    digests: suites.slice(0, 200).map(({ digest }) => digest),
    maxMinutes,
    waitSeconds: 0,
  };
}
