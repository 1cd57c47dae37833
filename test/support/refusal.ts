import { Refusal } from '../../src/community/refusal.js';
import { ApiRefusal } from '../../src/fleet/refused.js';

/** Why a rule, or the worker API, refuses; undefined where it does not. Throws what is no refusal. */
export function refusalOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ApiRefusal) return error.code;
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}
