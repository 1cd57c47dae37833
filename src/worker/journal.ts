/** What a worker writes down for its lender: what it does now, and all that ran. */
import type { WorkerHome, WorkerState } from './home.js';

export interface JournalDeps {
  readonly home: WorkerHome;
  /** Adds a line to the log of all that ran. Throws what the disk says. */
  readonly record: (line: object) => void;
  readonly say: (line: string) => void;
}

export interface Journal {
  /** Written with the next `show`, or as soon as there is room again. */
  ran(line: object): void;
  /** A full disk ends nothing; it is said once. */
  show(state: WorkerState): void;
  /** Something is not written down. */
  readonly stuck: boolean;
}

export function createJournal({ home, record, say }: JournalDeps): Journal {
  const unwritten: object[] = [];
  let says: string | undefined;

  return {
    ran: (line) => void unwritten.push(line),
    show(state) {
      try {
        for (let line = unwritten[0]; line; line = unwritten[0]) {
          record(line);
          unwritten.shift();
        }
        home.setState(state);
        says = undefined;
      } catch (error) {
        const now = `cannot write to ${home.folder}: ${error instanceof Error ? error.message : String(error)}`;
        if (now !== says) say(now);
        says = now;
      }
    },
    get stuck() {
      return says !== undefined;
    },
  };
}
