/** What a job came to, where it is more than a machine may say. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_BODY, MAX_LINE } from '../../src/fleet/protocol.js';
import { systemClock } from '../../src/platform/clock.js';
import { packageRoot } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { SuiteError } from '../../src/woodpecker/suite/problem.js';
import { performHere } from '../../src/worker/perform-here.js';
import { fitted, type Performed, performedSchema } from '../../src/worker/performed.js';

const sighting = (line: string): Performed['sightings'][number] => ({
  failure: {
    ...{ kind: 'state', action: 'stop_vm', states: { vm: 'running' }, message: 'm', masked: 'm' },
    ...{ signature: 'a'.repeat(16), at: 0 },
  },
  ...{ episode: 0, trace: Array(100).fill(line), repeated: { runs: 2, hits: 2 } },
});
const performed = (over: Partial<Performed>): Performed => ({
  ...{ outcome: 'fail', steps: 1, checks: 1, waits: 0, episodes: 1, workedMs: 1 },
  ...{ sightings: [sighting('stop_vm vm#1')], coverage: { actions: {}, transitions: [], pairs: [] } },
  witness: '0'.repeat(64),
  ...over,
});
const fits = (one: Performed): boolean =>
  performedSchema.safeParse(one).success && Buffer.byteLength(JSON.stringify(one)) < MAX_BODY;

describe('what a job came to', () => {
  it('stays as it is where there is room for it', () => {
    const one = performed({});
    expect(fitted(one)).toBe(one);
  });

  it('loses its coverage before its failures, and all failures but the first before that one', () => {
    const pairs = Array.from({ length: 20_000 }, (_, n) => `${n}${'7'.repeat(50)}`);
    const coverage = { actions: { stop_vm: 1 }, transitions: ['1'], pairs };
    expect(fitted(performed({ coverage }))).toMatchObject({ coverage: { transitions: ['1'], pairs: [] } });
    const told = fitted(performed({ sightings: Array(20).fill(sighting('x'.repeat(2000))) }));
    expect(fits(told)).toBe(true);
    expect(told.sightings.length).toBeGreaterThan(1);
    expect(told.sightings.length).toBeLessThan(20);
  });

  it.each([
    ['a failure alone is too large', performed({ sightings: [sighting('漢'.repeat(5000))] })],
    ['a line is too long', performed({ sightings: [sighting('x'.repeat(MAX_LINE + 1))] })],
    ['a name is too long', performed({ coverage: { actions: { ['x'.repeat(200)]: 1 }, transitions: [], pairs: [] } })],
  ])('is an error of the test, and no machine’s, where %s', (_, one) => {
    const told = fitted(one);
    expect(told).toMatchObject({ outcome: 'error', error: expect.stringContaining('cannot be told'), sightings: [] });
    expect(fits(told)).toBe(true);
  });
});

describe('a suite', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'flock-long-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function suite(action: string, max: number) {
    const at = join(folder, 'suite');
    mkdirSync(at);
    const make = { makes: ['box'], params: { title: { text: { min: max, max, kind: 'unicode' } } }, run: 'exit 1' };
    const resources = { box: { states: ['there'], limit: 1 } };
    writeFileSync(join(at, 'suite.yaml'), JSON.stringify({ suite: 'long', resources, actions: { [action]: make } }));
    return openSuite(at);
  }

  it('may try names of 2,000 characters, and what fails with them is told', async () => {
    const long = suite('make', 2000);
    const { digest } = long.suite;
    const { signal } = new AbortController();
    const told = await performHere(
      { kind: 'walk', digest, strategy: 'random', seed: 1, episodes: { from: 0, count: 2 }, length: 5, bugs: [] },
      long,
      { clock: systemClock, packageRoot, caller: process.env, signal, progress: () => undefined },
    );
    expect(told?.outcome).toBe('fail');
    expect(told && fits(told)).toBe(true);
    expect(told?.sightings[0]?.trace[0]?.length).toBeGreaterThan(2000);
  });

  it.each([
    ['a', 2001],
    ['x'.repeat(65), 10],
  ])('has no names or texts that no machine could tell of', (action, max) => {
    expect(() => suite(action, max)).toThrow(SuiteError);
  });
});
