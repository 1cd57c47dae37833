/** Cells that wait for their next job, for a while: a machine that has nothing to do should be light. */
import type { Cancel, Clock } from '../platform/clock.js';
import { type Cell, openCell } from './cell.js';
import type { CellOptions } from './cell-process.js';

export interface Cells {
  /** A cell for this suite on these terms: one that waits, or a new one. Rejects where none can be made. */
  take(options: CellOptions): Promise<Cell>;
  /** It is not needed at the moment. */
  give(options: CellOptions, cell: Cell): void;
  close(): void;
}

const IDLE_MS = 20_000;

interface Waiting {
  readonly key: string;
  readonly cell: Cell;
  readonly forget: Cancel;
}

const keyOf = ({ suite, terms: { tier, network, disk_mb, cores } }: CellOptions): string =>
  JSON.stringify([suite.suite.digest, suite.folder, tier, network, disk_mb, cores]);

export function createCells(clock: Clock): Cells {
  const waiting = new Set<Waiting>();

  function end(one: Waiting): void {
    one.forget();
    waiting.delete(one);
    one.cell.close();
  }

  return {
    async take(options) {
      const key = keyOf(options);
      for (const one of waiting) {
        if (one.key !== key || !one.cell.sound) continue;
        one.forget();
        waiting.delete(one);
        return one.cell;
      }
      return openCell(options);
    },
    give(options, cell) {
      if (!cell.sound) return cell.close();
      const one: Waiting = { key: keyOf(options), cell, forget: clock.after(IDLE_MS, () => end(one)) };
      waiting.add(one);
    },
    close() {
      for (const one of [...waiting]) end(one);
    },
  };
}
