import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import hunt from '../../../src/cli/hunt.js';
import { UsageError } from '../../../src/cli/index.js';
import patterns from '../../../src/cli/patterns.js';
import replay from '../../../src/cli/replay.js';
import suite from '../../../src/cli/suite.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import { ran } from './terminal.js';

const lamps = join(dirname(fileURLToPath(import.meta.url)), 'lamps');
const folder = mkdtempSync(join(tmpdir(), 'flock-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
let file = '';

beforeAll(async () => {
  await ran(hunt, [lamps, '--bug', 'burns_out', '--seed', '1', '--out', join(folder, 'hunt')]);
  const found = join(folder, 'hunt', 'findings');
  file = join(found, readdirSync(found).find((name) => name.endsWith('.yaml')) ?? '');
});

/** The reproducer, with something in it changed. */
function changed(from: string | RegExp, to: string): string {
  const path = join(folder, 'changed.yaml');
  writeFileSync(path, readFileSync(file, 'utf8').replace(from, to));
  return path;
}

describe('flock replay', () => {
  it('exits with 1 while the bug is there', async () => {
    const { code, out } = await ran(replay, [file, '--suite', lamps]);
    expect(code).toBe(1);
    expect(out).toMatch(/still there, after 1 run: lamp#1 is dark, and must be lit/);
    expect(out).toMatch(/ {2}add -> lamp#1\n {2}light lamp#1/);
  });

  it('exits with 0 when it is gone', async () => {
    const { code, out } = await ran(replay, [
      changed(/bugs:\n {2}- burns_out\n/, ''),
      '--suite',
      lamps,
      '--tries',
      '2',
    ]);
    expect({ code, out: out.split('\n').at(-1) }).toEqual({ code: 0, out: 'gone: it did not come back in 2 runs' });
  });

  it('exits with 2 when the test itself breaks', async () => {
    const dying = changed(/steps:.*/s, `steps:\n${'  - wait\n'.repeat(12)}`);
    writeFileSync(dying, readFileSync(dying, 'utf8').replace('burns_out', 'dies'));
    const { code, out } = await ran(replay, [dying, '--suite', lamps]);
    expect(code).toBe(2);
    expect(out).toMatch(/the test itself broke: the driver exited with code 9/);
  });

  it('exits with 1 when the steps fail in another way, and says so', async () => {
    const { code, out } = await ran(replay, [
      changed(/signature: .*/, 'signature: "0123456789abcdef"'),
      '--suite',
      lamps,
    ]);
    expect(code).toBe(1);
    expect(out).toMatch(/it fails, but otherwise than it did/);
  });

  it('exits with 2 when the steps are none that the suite knows, or the file is no reproducer', async () => {
    expect((await ran(replay, [changed('light lamp#1', 'polish lamp#1'), '--suite', lamps])).code).toBe(2);
    const { code, err } = await ran(replay, [changed('reproducer: 1', 'reproducer: 9'), '--suite', lamps]);
    expect(code).toBe(2);
    expect(err).toMatch(/changed\.yaml:2:\d+: reproducer/);
  });

  it('tells a program what it found', async () => {
    const { events, code } = await ran(replay, [file, '--suite', lamps, '--json']);
    expect(code).toBe(1);
    expect(events()).toMatchObject([{ verdict: 'there', runs: 1, failure: { kind: 'state' } }]);
  });

  it('asks for the suite where it cannot know where that is', async () => {
    await expect(ran(replay, [file])).rejects.toThrow(/there is no suite at/);
    await expect(ran(replay, [])).rejects.toBeInstanceOf(UsageError);
    await expect(ran(replay, [join(folder, 'none.yaml')])).rejects.toThrow(/there is no file/);
  });
});

describe('flock patterns', () => {
  it('prints patterns that the suite takes as they are', async () => {
    const { code, out, err } = await ran(patterns, [lamps]);
    expect(code).toBe(0);
    expect(err).toMatch(/^\d+ patterns of \d+ steps in all cover \d+ pairs$/);
    const text = readFileSync(join(lamps, 'suite.yaml'), 'utf8').replace(/patterns:\n {2}twice.*\n/, '');
    const { patterns: taken } = parseSuite(`${text}\n${out}`);
    expect(taken.length).toBeGreaterThan(0);
  });
});

describe('flock suite', () => {
  it('has no doubts about a suite without any', async () => {
    const { code, out } = await ran(suite, ['check', lamps]);
    expect(out).toMatch(/lamps: 1 resources, 5 actions, 1 checks, 1 patterns; no doubts\nsha256:[0-9a-f]{64}$/);
    expect(code).toBe(0);
  });

  it('names doubts by line and column', async () => {
    const text = readFileSync(join(lamps, 'suite.yaml'), 'utf8').replace('wait: {', 'wait: { weight: 0,');
    writeFileSync(join(folder, 'suite.yaml'), text);
    const { code, out } = await ran(suite, ['check', join(folder, 'suite.yaml')]);
    expect(out).toMatch(/suite\.yaml:\d+:\d+: actions\.wait\.weight: its weight is 0/);
    expect(code).toBe(1);
  });

  it('exits with 2 for a suite that cannot be used', async () => {
    writeFileSync(join(folder, 'suite.yaml'), 'suite: Broken\n');
    expect((await ran(suite, ['check', join(folder, 'suite.yaml')])).code).toBe(2);
  });

  it('prints the schema for editors', async () => {
    const { out } = await ran(suite, ['schema']);
    expect(JSON.parse(out)).toMatchObject({ $schema: expect.stringContaining('2020-12'), type: 'object' });
  });

  it('says what it can be asked', async () => {
    await expect(ran(suite, ['chekc'])).rejects.toBeInstanceOf(UsageError);
  });
});
