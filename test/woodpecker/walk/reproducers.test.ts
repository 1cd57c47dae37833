import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSuite } from '../../../src/woodpecker/drivers/suite-folder.js';
import { printReproducer } from '../../../src/woodpecker/reproducer.js';
import { parseStep } from '../../../src/woodpecker/step-text.js';
import { lintSuite } from '../../../src/woodpecker/suite/lint.js';
import { SuiteError } from '../../../src/woodpecker/suite/problem.js';
import type { Suite } from '../../../src/woodpecker/suite/suite.js';
import { regenerate } from '../../../src/woodpecker/walk/walk.js';

const folder = mkdtempSync(join(tmpdir(), 'flock-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
let suites = 0;

const ACTIONS = Array.from({ length: 30 }, (_, i) => `  press_${i}: { takes: [box] }`).join('\n');
const SUITE = `suite: buttons
resources: { box: { states: [there], limit: 1 } }
driver: 'true'
actions:
  make: { makes: [box] }
${ACTIONS}
checks: { fine: {} }
`;
const FOUND = ['make -> box#1', 'press_7 box#1', 'press_21 box#1', 'press_3 box#1'];

function suiteWith(...reproducers: string[]): Suite {
  const own = join(folder, String(++suites));
  mkdirSync(join(own, 'reproducers'), { recursive: true });
  writeFileSync(join(own, 'suite.yaml'), SUITE);
  for (const [i, text] of reproducers.entries()) writeFileSync(join(own, 'reproducers', `${i}.yaml`), text);
  return openSuite(own).suite;
}

const reproducer = (steps: string[], suite = 'buttons') =>
  printReproducer({
    suite,
    digest: `sha256:${'0'.repeat(64)}`,
    failure: { signature: '0123456789abcdef', kind: 'action', action: 'press_3', message: 'stuck' },
    reliability: { hits: 3, tries: 3 },
    steps: steps.map(parseStep),
  });

/** Of how many walks its three buttons are pressed in this order, whatever is between them. */
function near(suite: Suite, strategy: 'replay' | 'mix' | 'random'): number {
  const origin = { suite: suite.name, digest: suite.digest, strategy, seed: 1, length: 12 } as const;
  return Array.from({ length: 60 }, (_, episode) => regenerate(suite, { ...origin, episode })).filter((steps) => {
    const at = ['press_7', 'press_21', 'press_3'].map((name) => steps.findIndex(({ action }) => action === name));
    return at.every((index, i) => index >= 0 && index > (at[i - 1] ?? -1));
  }).length;
}

describe('reproducers in the folder of a suite', () => {
  it('are gone near by the strategies replay and mix', () => {
    const suite = suiteWith(reproducer(FOUND));
    expect(near(suite, 'replay')).toBeGreaterThan(20);
    expect(near(suite, 'mix')).toBeGreaterThan(3);
    expect(near(suiteWith(), 'replay')).toBeLessThan(3);
  });

  it('are part of the digest, so of the seed law', () => {
    const one = suiteWith(reproducer(FOUND));
    const same = suiteWith(reproducer(FOUND));
    const other = suiteWith(reproducer(FOUND.slice(0, 3)));
    expect(same.digest).toBe(one.digest);
    expect(other.digest).not.toBe(one.digest);
    const origin = {
      suite: 'buttons',
      digest: one.digest,
      strategy: 'replay',
      seed: 4,
      episode: 9,
      length: 50,
    } as const;
    expect(regenerate(same, origin)).toEqual(regenerate(one, origin));
  });

  it('are doubted where the suite has changed since, and refused where they are no reproducers of it', () => {
    const old = suiteWith(
      reproducer(['make -> box#1', 'make -> box#2', 'press_3 box#2']),
      reproducer(['pull_3 box#1']),
    );
    expect(lintSuite(old).map(({ message }) => message)).toEqual([
      expect.stringContaining('reproducers/0.yaml: "make -> box#2" is not legal here'),
      expect.stringContaining('reproducers/1.yaml: "pull_3 box#1" is not legal here'),
    ]);
    expect(near(old, 'replay')).toBeLessThan(3);
    expect(() => suiteWith(reproducer(FOUND, 'levers'))).toThrow(/reproducers\/0\.yaml is of the suite levers/);
    expect(() => suiteWith('steps: [')).toThrow(SuiteError);
    expect(() => suiteWith('reproducer: 1')).toThrow(/reproducers\/0\.yaml:1:\d+: /);
  });
});
