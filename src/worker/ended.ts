/** What a worker cannot go on after. */
import type { ApiErrorCode } from '../fleet/protocol.js';

/** It ends, with a line that says what to do, and is not restarted in a circle. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

const ANEW = 'Enrol it again: flock worker leave, then /machine lend in Discord.';
const ENDING: Partial<Record<ApiErrorCode, string>> = {
  too_old: 'This worker is too old for the coordinator. Upgrade Flock on this machine, then start it again.',
  too_new:
    'This worker is newer than the coordinator. Install the version that the coordinator has, then start it again.',
  withdrawn: `This machine was withdrawn. ${ANEW}`,
  unknown_machine: `The coordinator does not know this machine. ${ANEW}`,
  bad_signature: `The key of this machine does not fit. ${ANEW}`,
};

/** What to do about a refusal that no time mends; undefined for others. */
export const endedBy = (code: ApiErrorCode): Ended | undefined => {
  const what = ENDING[code];
  return what === undefined ? undefined : new Ended(what);
};
