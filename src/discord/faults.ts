/** Faults are ours, never the person's: logged in full, shown as a short code. */

import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log.js';

export interface Fault {
  /** What the person was shown; find it in the log. */
  readonly code: string;
  readonly at: number;
  /** The command, component, listener or dispatch in which it happened. */
  readonly where: string;
  /** The error's class: enough for staff to tell one fault from another without reading anybody's data. */
  readonly error: string;
  readonly guildId?: string;
}

export interface FaultDetails {
  readonly where: string;
  readonly guildId?: string | null;
  readonly interactionId?: string;
  /** What the person was shown. */
  readonly code?: string;
}

export type Faults = ReturnType<typeof createFaults>;

const KEPT = 100;

/** Notes faults: in the log, in `count`, and the last hundred for `/doctor`. */
export function createFaults({ log, clock, count }: { log: Log; clock: Clock; count: (where: string) => void }) {
  const last: Fault[] = [];
  const newCode = (): string => clock.newId().slice(0, 6).toUpperCase();
  return {
    /** A code to show, for a fault that is noted when it is known whether it was one. */
    newCode,

    note(error: unknown, { where, guildId, interactionId, code = newCode() }: FaultDetails): void {
      count(where);
      log.error({ err: error, code, where, guildId, interactionId }, 'fault');
      last.push({ code, at: clock.now(), where, error: nameOf(error), guildId: guildId ?? undefined });
      if (last.length > KEPT) last.shift();
    },

    /** The last faults that concern this guild: its own, and those of no guild in particular. Newest first. */
    last: (guildId: string): Fault[] =>
      last.filter((fault) => fault.guildId === undefined || fault.guildId === guildId).reverse(),
  };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error ? `${error.name} ${String(error.code)}`.slice(0, 60) : error.name;
}
