import { expect, it } from 'vitest';
import type { WorkerState } from '../../src/worker/home.js';
import { createJournal } from '../../src/worker/journal.js';

const state = (at: number, done: number): WorkerState => ({
  ...{ pid: 1, since: 0, at, jobs: [], done },
  ...{ untold: [], notices: [] },
});

/** A journal, what it wrote, and a switch that fills the disk. */
function open() {
  const written: WorkerState[] = [];
  const lines: object[] = [];
  const said: string[] = [];
  const disk = { full: false };
  const check = (): void => {
    if (disk.full) throw new Error('no room');
  };
  const home = {
    folder: '/home',
    setState(next: WorkerState) {
      check();
      written.push(next);
    },
  };
  const journal = createJournal({
    home,
    record(line) {
      check();
      lines.push(line);
    },
    say: (line) => said.push(line),
  });
  return { journal, written, lines, said, disk };
}

it('writes a state where it says something new, and otherwise every few seconds', () => {
  const { journal, written } = open();
  for (const [at, done] of [
    [1_000, 0],
    [1_001, 0],
    [1_002, 1],
    [5_900, 1],
    [6_100, 1],
  ] as const)
    journal.show(state(at, done));
  expect(written.map(({ at }) => at)).toEqual([1_000, 1_002, 6_100]);
});

it('writes down what ran as soon as there is room again, and the state with it', () => {
  const { journal, written, lines, said, disk } = open();
  journal.show(state(1_000, 0));
  disk.full = true;
  journal.ran({ job: 1 });
  journal.show(state(1_001, 0));
  expect(journal.stuck).toBe(true);
  expect(said).toEqual(['cannot write to /home: no room']);
  disk.full = false;
  journal.show(state(1_002, 0));
  expect(journal.stuck).toBe(false);
  expect(lines).toEqual([{ job: 1 }]);
  expect(written.map(({ at }) => at)).toEqual([1_000, 1_002]);
});
