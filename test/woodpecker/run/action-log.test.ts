import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.js';
import { createFileLog } from '../../../src/woodpecker/run/action-log.js';
import { runWalk, traceSource } from '../../../src/woodpecker/run/run.js';
import type { System } from '../../../src/woodpecker/types.js';
import { boxes, boxSuite, steps } from './boxes.js';

const folder = mkdtempSync(join(tmpdir(), 'flock-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'walk.log');
const lines = () =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const suite = boxSuite();
const walk = (system: System, log: ReturnType<typeof createFileLog>, trace = steps('make -> box#1', 'shut box#1')) =>
  runWalk(
    system,
    { suite, source: traceSource(suite, trace), start: { seed: 1, bugs: [] } },
    { clock: systemClock, log },
  );

describe('the action log', () => {
  it('has each step on disk before it is done', async () => {
    const log = createFileLog(path, 1e6);
    const system = boxes();
    const last: unknown[] = [];
    const act: System['act'] = (step) => {
      last.push(lines().at(-1));
      return system.act(step);
    };
    await walk({ ...system, act }, log);
    expect(last).toMatchObject([
      { step: 0, do: 'make -> box#1' },
      { step: 1, do: 'shut box#1', ids: { box: 'b-1' } },
    ]);
    log.close();
  });

  it('tells how each step was answered, and how the walk ended', async () => {
    const log = createFileLog(path, 1e6);
    await walk({ ...boxes(), check: (name) => (name === 'swept' ? 'not swept' : undefined) }, log);
    expect(lines()).toMatchObject([
      { walk: 'boxes', digest: suite.digest, seed: 1 },
      { step: 0, do: 'make -> box#1' },
      { step: 0, answered: 'done', ids: { box: 'b-1' } },
      { step: 1, do: 'shut box#1' },
      { step: 1, answered: 'done' },
      { outcome: 'fail', failure: { kind: 'check', check: 'swept' }, stepsRun: 2 },
    ]);
    log.close();
  });

  it('starts anew for the next walk', async () => {
    const log = createFileLog(path, 1e6);
    await walk(boxes(), log, steps('make -> box#1', 'make -> box#2', 'make -> box#3'));
    log.restart();
    await walk(boxes(), log, steps('shake'));
    expect(
      lines()
        .map((line) => line.do)
        .filter(Boolean),
    ).toEqual(['shake']);
    log.close();
  });

  it('is cut at its greatest size, and says so', async () => {
    const log = createFileLog(path, 2000);
    await walk(boxes(), log, steps(...Array.from({ length: 100 }, () => 'shake')));
    expect(readFileSync(path).length).toBeLessThan(2100);
    expect(lines().at(-1)).toEqual({ log: 'cut: it has reached its greatest size' });
    log.close();
  });

  it('makes the walk an error of the test when the disk is full', async () => {
    const log = createFileLog('/dev/full', 1e6);
    const system = boxes();
    expect(await walk(system, log)).toMatchObject({ outcome: 'error', error: expect.stringContaining('ENOSPC') });
    expect(system.calls).not.toContain('make');
    log.close();
  });
});
