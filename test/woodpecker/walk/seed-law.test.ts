import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot, shipped } from '../../../src/platform/paths.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import { parseTrace, printTrace } from '../../../src/woodpecker/trace.js';
import { STRATEGIES } from '../../../src/woodpecker/types.js';
import { createWalks, regenerate } from '../../../src/woodpecker/walk/walk.js';

const file = shipped('suites', 'cloud', 'suite.yaml');
const suite = parseSuite(readFileSync(file, 'utf8'));
const script = join(packageRoot, 'dist', 'test', 'support', 'print-walk.js');

const printed = (...args: (string | number)[]): string =>
  execFileSync(process.execPath, [script, file, ...args.map(String)], { encoding: 'utf8', maxBuffer: 1 << 24 });

describe('the seed law', () => {
  it.skipIf(!existsSync(script))(
    'gives two processes, and this one, the same walks of every strategy, byte for byte',
    () => {
      const one = printed(42, 9);
      expect(printed(42, 9)).toBe(one);
      const traces = one.split('\n\n').filter((text) => text !== '');
      expect(traces).toHaveLength(2 * STRATEGIES.length);
      for (const text of traces) {
        const { origin } = parseTrace(text);
        expect(printTrace({ origin, steps: regenerate(suite, origin) }).trimEnd()).toBe(text.trimEnd());
        if (origin.lanes === 2) expect(text).toMatch(/^1\| /m);
      }
    },
  );

  it('does not depend on the order in which walks are asked for, nor on how far they were run', () => {
    const hunt = { suite: suite.name, digest: suite.digest, strategy: 'mix', seed: 5, length: 60 } as const;
    const inOrder = createWalks(suite, hunt);
    const early = createWalks(suite, hunt);
    for (let episode = 0; episode < 5; episode++) {
      const walk = early.walk(episode);
      for (let i = 0; i < episode; i++) walk.next();
    }
    const whole = Array.from({ length: 6 }, (_, episode) => drain(inOrder.walk(episode)));
    expect(drain(early.walk(5))).toEqual(whole[5]);
    expect(drain(createWalks(suite, hunt).walk(5))).toEqual(whole[5]);
    expect(drain(inOrder.walk(1))).toEqual(whole[1]);
  });

  it('gives other walks for another seed, episode, strategy, ref or suite', () => {
    const origin = {
      suite: suite.name,
      digest: suite.digest,
      strategy: 'random',
      seed: 1,
      episode: 0,
      length: 40,
    } as const;
    const others = [
      {},
      { seed: 2 },
      { episode: 1 },
      { strategy: 'fair' },
      { ref: 'v2' },
      { digest: `sha256:${'0'.repeat(64)}` },
    ] as const;
    const texts = others.map((other) => JSON.stringify(regenerate(suite, { ...origin, ...other })));
    expect(new Set(texts).size).toBe(others.length);
  });
});

function drain(walk: { next(): unknown }): unknown[] {
  const steps: unknown[] = [];
  for (let step = walk.next(); step; step = walk.next()) steps.push(step);
  return steps;
}
