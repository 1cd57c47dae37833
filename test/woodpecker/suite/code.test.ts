import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { shipped } from '../../../src/platform/paths.js';
import { legalSteps } from '../../../src/woodpecker/model/legal-steps.js';
import { createModel } from '../../../src/woodpecker/model/model.js';
import { codeOf, recordCode } from '../../../src/woodpecker/suite/code.js';
import { compileSuite } from '../../../src/woodpecker/suite/compile.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import type { SuiteSource } from '../../../src/woodpecker/suite/schema.js';
import type { Step } from '../../../src/woodpecker/types.js';
import { createRandom } from '../../../src/woodpecker/walk/random.js';
import { simplest } from '../../../src/woodpecker/walk/values.js';
import { createWalks, regenerate } from '../../../src/woodpecker/walk/walk.js';

/** What would leave a literal, a key, a template, a comment or a line, and set this. */
const MARK = 'brokenOut';
const HOSTILE = [
  `"; globalThis.${MARK} = 1; "`,
  `'; globalThis.${MARK} = 1; '`,
  `\\"; globalThis.${MARK} = 1; //`,
  `\${globalThis.${MARK} = 1}`,
  `\`; globalThis.${MARK} = 1; \``,
  `*/ globalThis.${MARK} = 1; /*`,
  `x\n}; globalThis.${MARK} = 1; {`,
  `\u2028globalThis.${MARK} = 1\u2029`,
  `"]: globalThis.${MARK} = 1, ["`,
  `}) => globalThis.${MARK} = 1, ({`,
  '__proto__',
  'constructor',
  'kit',
  'r0',
  '\\',
  '\ud800',
];

const evaluated = (code: string): unknown => new Function(`"use strict"; return (${code});`)();
const walked = (suite: Parameters<typeof createModel>[0], strategy: 'random' | 'mix'): Step[] =>
  regenerate(suite, { suite: suite.name, digest: suite.digest, strategy, seed: 1, episode: 0, length: 200 });

afterEach(() => {
  expect(MARK in globalThis).toBe(false);
});

describe('code that is written for a suite', () => {
  it('has every text as a literal that means that text', () => {
    for (const text of HOSTILE) expect(evaluated(codeOf(text))).toBe(text);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => evaluated(codeOf(text)) === text));
  });

  it('has every number and truth as it is', () => {
    fc.assert(fc.property(fc.double({ noNaN: true }), (n) => evaluated(codeOf(n)) === n));
    for (const value of [true, false, undefined]) expect(evaluated(codeOf(value))).toBe(value);
  });

  it('has every key as a key of its own', () => {
    const record = evaluated(recordCode(HOSTILE.map((key, i) => [key, codeOf(i)]))) as object;
    expect(Object.entries(record)).toEqual(HOSTILE.map((key, i) => [key, i]));
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
  });

  it('keeps texts that a suite sets and compares from becoming code', () => {
    const texts = HOSTILE.filter((text) => !text.includes("'"));
    const source = {
      suite: 'hostile',
      resources: { box: { states: ['here'], attributes: { label: texts[0], again: 0 } } },
      actions: Object.fromEntries([
        ['make', { makes: { box: 'here' } }],
        ...texts.map((text, i) => [
          `label_${i}`,
          {
            takes: { box: 'here' },
            when: `box.label == '${texts.at(i - 1)}' or box.label != '${text}'`,
            set: { 'box.label': `'${text}'` },
          },
        ]),
      ]),
      checks: {},
    };
    const suite = parseSuite(JSON.stringify(source));
    const labels = new Set<unknown>();
    const walk = createWalks(suite, { suite: 'hostile', digest: '', strategy: 'mix', seed: 1, length: 200 }).walk(0);
    while (walk.next()) for (const { attributes } of walk.model.live()) labels.add(attributes[0]);
    expect(labels).toEqual(new Set(texts));
  });

  it('keeps names from becoming code, should any but a letter ever be allowed in one', () => {
    const named = (prefix: string) => HOSTILE.map((name) => `${prefix}${name}`);
    const types = named('');
    const source = {
      suite: 'hostile',
      resources: Object.fromEntries(types.map((type) => [type, { states: ['on', 'off'] }])),
      actions: Object.fromEntries(
        types.map((type) => [
          type,
          { makes: { [`made ${type}`]: { type } }, params: { [type]: { bool: true } }, timeout: '1s' },
        ]),
      ),
      faults: Object.fromEntries(
        types.map((type) => [`fault ${type}`, { takes: { [type]: { type } }, leaves: { [type]: 'off' } }]),
      ),
    } as unknown as SuiteSource;
    const problems: unknown[] = [];
    const suite = compileSuite(source, 'sha256:0', [], problems as never);
    const steps = walked(suite, 'random');
    expect(new Set(steps.map(({ action }) => action)).size).toBeGreaterThan(types.length);
    for (const { action, takes, makes } of steps) {
      const name = action.replace('fault ', '');
      if (action === name) expect(Object.entries(makes)[0]).toEqual([`made ${name}`, expect.stringContaining(name)]);
      else expect(Object.entries(takes)[0]).toEqual([name, expect.stringContaining(name)]);
    }
  });
});

describe('binding', () => {
  it.each(['cloud', 'w7', 'example'])(
    'finds resources for an action exactly where there is a legal step: %s',
    (name) => {
      const suite = parseSuite(readFileSync(shipped('suites', name, 'suite.yaml'), 'utf8'));
      const random = createRandom('bind', name);
      const model = createModel(suite);
      for (const step of walked(suite, 'mix').slice(0, 25)) {
        const legal = new Set([...legalSteps(model, (action) => simplest(action, model))].map(({ action }) => action));
        const bound = suite.actions.filter((a) => !a.fault && a.weight > 0 && a.program.bind(model, random));
        expect(new Set(bound.map((a) => a.name))).toEqual(legal);
        model.apply(step);
      }
    },
  );
});
