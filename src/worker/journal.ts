/** What a worker writes down for its lender: what it does now, and all that ran. */
import type { WorkerHome, WorkerState } from './home.js';

export interface JournalDeps {
  readonly home: Pick<WorkerHome, 'folder' | 'setState'>;
  /** Adds a line to the log of all that ran. Throws what the disk says. */
  readonly record: (line: object) => void;
  readonly say: (line: string) => void;
}

export interface Journal {
  /** Written at once, or as soon as there is room again. */
  ran(line: object): void;
  /** Written where it says something new. A full disk ends nothing; it is said once. */
  show(state: WorkerState): void;
  /** Something is not written down. */
  readonly stuck: boolean;
}

/** A state that says nothing new is written so often, for whoever looks whether the worker is alive. Milliseconds. */
const FRESH_MS = 5_000;

export function createJournal({ home, record, say }: JournalDeps): Journal {
  const unwritten: object[] = [];
  let shown = { at: 0, text: '' };
  let says: string | undefined;

  function recordAll(): void {
    for (let line = unwritten[0]; line; line = unwritten[0]) {
      record(line);
      unwritten.shift();
    }
  }

  function attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      const now = `cannot write to ${home.folder}: ${error instanceof Error ? error.message : String(error)}`;
      if (now !== says) say(now);
      says = now;
    }
  }

  return {
    ran(line) {
      unwritten.push(line);
      attempt(recordAll);
    },
    show(state) {
      const text = JSON.stringify({ ...state, at: 0 });
      // Putting a file in another's place makes the disk write it: not for every word of a short job.
      const isNew = text !== shown.text || Math.abs(state.at - shown.at) >= FRESH_MS;
      if (!isNew && says === undefined) return;
      attempt(() => {
        recordAll();
        home.setState(state);
        shown = { at: state.at, text };
        says = undefined;
      });
    },
    get stuck() {
      return says !== undefined;
    },
  };
}
