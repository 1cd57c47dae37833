/**
 * The cheaters' matrix: how many jobs a machine answers that does not tell the truth until it is held, and how many honest
 * ones are held wrongly. Each row is one kind of machine among six honest ones, over many seeds; time is made up, chance is not.
 *
 *   npm run bench -- cheaters [--seeds 20] [--only always-pass,…] [--table]
 *
 * `jobs.KIND`: median of the jobs until it was held; the baseline is for how many it was watched. `worst.KIND`: the most. `held.KIND`:
 * how many were held at all, of how many. `wronged.KIND`: honest machines beside them that were held, of how many. `--table`: the
 * rows of the table in docs/fleet.md.
 */
import { parseArgs } from 'node:util';
import {
  alwaysFail,
  alwaysPass,
  atRandom,
  type Bird,
  colludes,
  copies,
  flaky,
  honest,
  type Nature,
  parrots,
  passesButPlanted,
  selective,
  type Told,
  watch,
} from '../support/cheaters.js';
import { median, report } from '../support/report.js';

/** Shares of walks that come by a bug: enough for findings, seldom enough that most walks pass. */
const nature: Nature = { always: 0.004, sometimes: 0.004 };
const HONEST = 6;

interface Kind {
  readonly name: string;
  readonly suspects: readonly Bird[];
  /** Jobs that it is watched for, at most. */
  readonly jobs: number;
}

const kinds: readonly Kind[] = [
  { name: 'always-pass', suspects: [alwaysPass], jobs: 400 },
  { name: 'always-pass-but-planted', suspects: [passesButPlanted], jobs: 400 },
  { name: 'always-fail', suspects: [alwaysFail], jobs: 400 },
  { name: 'random', suspects: [atRandom], jobs: 400 },
  { name: 'copy', suspects: [copies], jobs: 400 },
  { name: 'parrot', suspects: [parrots], jobs: 400 },
  { name: 'selective-30', suspects: [selective(nature, 0.3)], jobs: 1500 },
  { name: 'two-colluding', suspects: [colludes, colludes], jobs: 600 },
  { name: 'honest', suspects: [honest(nature)], jobs: 1000 },
  { name: 'honest-flaky-1', suspects: [flaky(nature, 0.01)], jobs: 1000 },
  { name: 'honest-flaky-5', suspects: [flaky(nature, 0.05)], jobs: 1000 },
];

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    only: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, n) => n + 1);
const wanted = values.only?.split(',') ?? kinds.map(({ name }) => name);

const sum = (told: readonly Told[], of: (one: Told) => number): number => told.reduce((all, one) => all + of(one), 0);

for (const { name, suspects, jobs } of kinds.filter((kind) => wanted.includes(kind.name))) {
  const told = seeds.map((seed) => watch({ nature, suspects, honest: HONEST, jobs, seed }));
  const after = told.flatMap(({ heldAfter }) => heldAfter);
  const held = after.filter((one) => one !== undefined);
  const wronged = sum(told, ({ honestHeld }) => honestHeld);
  const beside = HONEST * seeds.length;
  if (values.table) {
    const counts = held.length > 0 ? [median(held), Math.max(...held)] : ['–', '–'];
    const believed = sum(told, ({ falselyBelieved }) => falselyBelieved);
    const cells = [name, `${held.length} / ${after.length}`, ...counts, `${wronged} / ${beside}`, believed];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
    continue;
  }
  const bench = 'cheaters';
  if (held.length > 0) {
    report({ bench, metric: `jobs.${name}`, value: median(held), unit: 'jobs', baseline: jobs });
    report({ bench, metric: `worst.${name}`, value: Math.max(...held), unit: 'jobs', baseline: jobs });
  }
  report({ bench, metric: `held.${name}`, value: held.length, unit: 'machines', baseline: after.length });
  report({ bench, metric: `wronged.${name}`, value: wronged, unit: 'machines', baseline: beside });
}
