import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import hunt from '../../../src/cli/hunt.js';
import { UsageError } from '../../../src/cli/index.js';
import type { HuntReport } from '../../../src/woodpecker/run/hunt-events.js';
import { ran } from './terminal.js';

const lamps = join(dirname(fileURLToPath(import.meta.url)), 'lamps');
const folder = mkdtempSync(join(tmpdir(), 'flock-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
let outs = 0;

/** A hunt on lamps, with its results in a folder of their own. */
async function hunted(...args: string[]) {
  const out = join(folder, String(++outs));
  const result = await ran(hunt, [lamps, '--out', out, '--seed', '1', ...args]);
  const file = join(out, 'report.json');
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as HuntReport) : undefined;
  return { ...result, report, folder: out };
}

describe('flock hunt', () => {
  it('finds nothing in a system that is right, and exits with 0', async () => {
    const { code, out, report } = await hunted();
    expect({ code, doubts: report?.doubts, errors: report?.errors }).toEqual({ code: 0, doubts: [], errors: 0 });
    expect(report).toMatchObject({ outcome: 'pass', steps: 300, ended: 'steps', canaries: { planted: 1, caught: 1 } });
    expect(out).toMatch(/no finding: all steps taken/);
    expect(out).toMatch(/canary 1\/1/);
  });

  it('finds a bug, cuts it to the fewest steps, keeps it, and exits with 1', async () => {
    const { code, out, report, folder: kept } = await hunted('--bug', 'burns_out');
    expect(code).toBe(1);
    const [finding] = report?.list ?? [];
    expect(finding?.failure).toMatchObject({ kind: 'state', action: 'light' });
    expect(finding?.minimal.map(({ action }) => action)).toEqual([
      'add',
      'light',
      'darken',
      'light',
      'darken',
      'light',
    ]);
    expect(finding?.again).toEqual({ hits: 3, tries: 3 });
    expect(out).toContain(`FINDING ${finding?.signature}`);
    expect(readdirSync(join(kept, 'findings')).sort()).toEqual([
      `${finding?.signature}.log`,
      `${finding?.signature}.yaml`,
    ]);
  });

  it('tells one finding once, however often it is seen, and how sure it is of a flaky one', async () => {
    const { report } = await hunted('--bug', 'trips', '--steps', '600');
    expect(report?.findings).toBe(1);
    expect(report?.sightings).toBeGreaterThan(1);
    // Two lamps, both lit: in either order.
    expect(report?.list[0]?.minimal.map(({ action }) => action).toSorted()).toEqual(['add', 'add', 'light', 'light']);
    expect(report?.list[0]?.again.hits).toBeGreaterThan(0);
  });

  it('exits with 2 when the test itself breaks, and says how', async () => {
    const { code, out, report, folder: kept } = await hunted('--bug', 'dies');
    expect(code).toBe(2);
    expect(report).toMatchObject({ outcome: 'error', ended: 'errors', findings: 0 });
    expect(out).toMatch(/error in walk 0: the driver exited with code 9/);
    expect(readFileSync(join(kept, 'broken', '0.log'), 'utf8')).toMatch(/exited with code 9/);
  });

  it('goes red, with exit code 2, when its oracle is blind', async () => {
    const { code, out, report } = await hunted('--bug', 'blind');
    expect(code).toBe(2);
    expect(report).toMatchObject({ ended: 'blind', canaries: { planted: 1, caught: 0 } });
    expect(out).toMatch(/planted bug \(state\) was not caught/);
  });

  it('runs one pattern once', async () => {
    const { code, report } = await hunted('--pattern', 'twice');
    expect({ code, steps: report?.steps, ended: report?.ended }).toEqual({ code: 0, steps: 4, ended: 'pattern' });
  });

  it('takes the same steps for the same seed', async () => {
    const logs = [];
    for (const seed of ['7', '7', '8']) {
      const { folder: kept } = await hunted('--seed', seed, '--steps', '120', '--keep');
      const lines = readFileSync(join(kept, 'walks', '1.log'), 'utf8')
        .split('\n')
        .filter(Boolean);
      logs.push(lines.map((line) => JSON.parse(line).do).filter(Boolean));
    }
    expect(logs[1]).toEqual(logs[0]);
    expect(logs[2]).not.toEqual(logs[0]);
  });

  it('writes one JSON object a line when it is asked to', async () => {
    const { events, code } = await hunted('--json', '--bug', 'burns_out');
    const kinds = events().map(({ event }) => event);
    expect(kinds.at(0)).toBe('began');
    expect(kinds).toEqual(expect.arrayContaining(['canary', 'walked', 'suspected', 'shrinking', 'found']));
    expect(events().at(-1)).toMatchObject({ event: 'ended', report: { outcome: 'fail' } });
    expect(code).toBe(1);
  });

  it('writes its progress over itself on a terminal, and nowhere else', async () => {
    const live: string[] = [];
    await ran(hunt, [lamps, '--out', join(folder, 'live'), '--steps', '3000'], {
      out: (text) => void live.push(text),
      interactive: true,
    });
    const over = live.filter((text) => text.startsWith('\x1b[1A\x1b[2K'));
    expect(over.length).toBeGreaterThan(0);
    // Cut, not wrapped: or the next would be written over its last row alone.
    expect(live.find((text) => text.includes('transitions'))?.split('\x1b[?7')).toHaveLength(3);
    const plain = await hunted('--steps', '3000');
    expect(plain.out).not.toContain('\x1b');
  });

  it('runs two lanes', async () => {
    const { code, report } = await hunted('--lanes', '2', '--steps', '400');
    expect({ code, outcome: report?.outcome }).toEqual({ code: 0, outcome: 'pass' });
  });

  it('stops when it is told to, tears down and reports what it saw', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const { code } = await ran(hunt, [lamps, '--out', join(folder, 'stopped'), '--minutes', '10', '--json'], {
      stop: stop.signal,
      out: (text) => {
        lines.push(text);
        if (JSON.parse(text).event === 'walked') stop.abort();
      },
    });
    expect(code).toBe(0);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'ended', report: { ended: 'stopped', walks: 1 } });
  });

  it.each([
    [['--strategy', 'clever'], /--strategy clever: it is one of random, fair/],
    [['--pattern', 'thrice'], /--pattern thrice: it is one of twice/],
    [['--bug', 'none'], /--bug none: it is one of burns_out/],
    [['--steps', '0'], /--steps 0: a whole number from 1/],
    [['--steps', 'many'], /--steps many/],
    [['--minutes', '0'], /--minutes 0: a number from 0.001/],
    [['--lanes', '3'], /--lanes 3: a whole number from 1 to 2/],
    [['--pattern', 'twice', '--strategy', 'fair'], /exclude each other/],
    [['--colour'], /--colour/],
    [['another'], /one suite, not 2/],
  ])('says what is wrong with %j', async (args, message) => {
    const outcome = hunted(...args);
    await expect(outcome).rejects.toBeInstanceOf(UsageError);
    await expect(outcome).rejects.toThrow(message);
  });

  it('exits with 2 where it cannot keep what it finds', async () => {
    const { code, err } = await ran(hunt, [lamps, '--out', '/dev/full/hunt']);
    expect(code).toBe(2);
    expect(err).toMatch(/cannot be kept/);
  });

  it('says where there is no suite, and what is wrong with one, with line and column', async () => {
    await expect(ran(hunt, [join(folder, 'nowhere')])).rejects.toThrow(/there is no suite at/);
    await expect(ran(hunt, [])).rejects.toBeInstanceOf(UsageError);
    const file = join(folder, 'suite.yaml');
    writeFileSync(
      file,
      'suite: broken\nresources: { box: { states: [open] } }\nactions:\n  shut: { takes: { bax: open } }\n',
    );
    const { code, err } = await ran(hunt, [file]);
    expect(code).toBe(2);
    expect(err).toMatch(/suite\.yaml:4:\d+: .*bax/);
  });
});
