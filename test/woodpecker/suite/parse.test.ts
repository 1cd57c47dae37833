import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { shipped } from '../../../src/platform/paths.js';
import { jugsSuite } from '../../../src/woodpecker/models/jugs.js';
import { w7Suite } from '../../../src/woodpecker/models/w7.js';
import { lintSuite } from '../../../src/woodpecker/suite/lint.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import { printSuite } from '../../../src/woodpecker/suite/print.js';
import { SuiteError } from '../../../src/woodpecker/suite/problem.js';
import { suiteJsonSchema } from '../../../src/woodpecker/suite/schema.js';

const EXAMPLE = readFileSync(shipped('suites', 'example', 'suite.yaml'), 'utf8');
const CLOUD = readFileSync(shipped('suites', 'cloud', 'suite.yaml'), 'utf8');

/** A small suite; `lines` are put in the place of those that start alike. */
const disks = (...changes: [string, string][]): string => {
  let text = `suite: disks
resources:
  vm:
    states: [running, stopped]
  disk:
    states: [free, used]
    attributes: { size: 1, kind: [data, root] }
    links: { vm: vm }
actions:
  boot: { makes: { vm: running } }
  halt: { takes: { vm: running }, leaves: { vm: stopped } }
  add: { makes: { disk: free } }
  plug:
    takes: { disk: free, vm: running }
    when: vm.disks < 2
    leaves: { disk: used }
    set: { disk.vm: vm }
patterns:
  one:
    - boot -> vm#1
    - halt vm#1
`;
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`no ${from}`);
    text = text.replace(from, to);
  }
  return text;
};

const problemsOf = (text: string): string[] => {
  try {
    parseSuite(text, { file: 'suite.yaml' });
    return [];
  } catch (error) {
    if (!(error instanceof SuiteError)) throw error;
    return error.message.split('\n');
  }
};

describe('a suite with a mistake', () => {
  it.each<[string, [string, string][], string]>([
    [
      'an unknown key',
      [['states: [running', 'stats: [running']],
      'suite.yaml:4:5: resources.vm.stats: there is no "stats" here (did you mean "states"?)',
    ],
    [
      'an unknown section',
      [['patterns:', 'paterns:']],
      'suite.yaml:18:1: paterns: there is no "paterns" here (did you mean "patterns"?)',
    ],
    [
      'a wrong state',
      [['vm: running }, leaves', 'vm: runing }, leaves']],
      'suite.yaml:11:24: actions.halt.takes.vm: a vm has no state "runing" (did you mean "running"?)',
    ],
    [
      'a cascade that goes further than one link',
      [['leaves: { vm: stopped } }', 'leaves: { vm: stopped }, also: { each: vm.disks.parts, leaves: gone } }']],
      'suite.yaml:11:74: actions.halt.also.each: "vm.disks.parts" goes more than one link far (name the type, and say which with `where`: it.disk.vm == vm; or write `deep: true` for a tree)',
    ],
    [
      'a size that ends before it begins',
      [['add: { makes', 'add: { params: { room: { size: [2G, 1k] } }, makes']],
      'suite.yaml:12:34: actions.add.params.room.size: 2G is more than 1k',
    ],
    [
      'an alias of nothing',
      [['{ vm: running }, leaves', '*such, leaves']],
      'suite.yaml:11:18: Unresolved alias (the anchor must be set before the alias): such',
    ],
    [
      'two documents',
      [['patterns:', '---\npatterns:']],
      'suite.yaml:18:1: a suite is one document, and another begins here',
    ],
    [
      'a word that is none of those that are known',
      [['patterns:', 'checks: { c: { at: never } }\npatterns:']],
      'suite.yaml:18:20: checks.c.at: wanted step, end',
    ],
    [
      'an unknown resource',
      [['links: { vm: vm }', 'links: { vm: machine }']],
      'suite.yaml:8:18: resources.disk.links.vm: there is no resource "machine" (there is vm, disk)',
    ],
    [
      'a wrong name in a condition',
      [['vm.disks < 2', 'vm.disk < 2']],
      'suite.yaml:15:14: actions.plug.when: a vm has no "disk" (did you mean "disks"?)',
    ],
    [
      'a condition that is none',
      [['vm.disks < 2', 'vm.disks']],
      'suite.yaml:15:11: actions.plug.when: a condition must be true or false (compare it: > 0, == none)',
    ],
    [
      'things that cannot be compared',
      [['vm.disks < 2', "vm.disks == 'two'"]],
      'suite.yaml:15:20: actions.plug.when: a number is never a text',
    ],
    [
      'a value that an attribute cannot have',
      [['set: { disk.vm: vm }', 'set: { disk.kind: rot }']],
      'suite.yaml:17:23: actions.plug.set.disk.kind: "rot" is none of its values (did you mean "root"?)',
    ],
    [
      'a link to the wrong type',
      [['set: { disk.vm: vm }', 'set: { disk.vm: disk }']],
      'suite.yaml:17:21: actions.plug.set.disk.vm: the link "vm" points to a vm',
    ],
    [
      'a role that is not there',
      [['leaves: { disk: used }', 'leaves: { dsk: used }']],
      'suite.yaml:16:15: actions.plug.leaves.dsk: the action takes no "dsk" (did you mean "disk"?)',
    ],
    [
      'a pattern with an unknown action',
      [['- halt vm#1', '- hlt vm#1']],
      'suite.yaml:21:7: patterns.one.1: there is no action "hlt" (did you mean "halt"?)',
    ],
    [
      'a pattern that is no step',
      [['- halt vm#1', '- halt vm1']],
      'suite.yaml:21:12: patterns.one.1: expected role=type#1, name=JSON or ->, found "vm1"',
    ],
    [
      'a pattern that lacks a role',
      [['- halt vm#1', '- halt']],
      'suite.yaml:21:7: patterns.one.1: "halt" takes vm=vm#…',
    ],
    [
      'a pattern that goes on after its concurrent end',
      [['- halt vm#1', '- "1| halt vm#1"\n    - boot -> vm#2']],
      'suite.yaml:22:7: patterns.one.2: only concurrent steps may follow concurrent ones (write 1| or 2| before it)',
    ],
    [
      'a bad duration',
      [['{ takes: { vm: running }, leaves', '{ timeout: 5, takes: { vm: running }, leaves']],
      'suite.yaml:11:20: actions.halt.timeout: wanted a text, found number',
    ],
    [
      'a command that is no text to YAML',
      [['{ takes: { vm: running }, leaves', '{ run: true, takes: { vm: running }, leaves']],
      'suite.yaml:11:16: actions.halt.run: wanted a text; or a list (put it in quotes: "true")',
    ],
    [
      'a state that is always there',
      [['[free, used]', '[free, gone]']],
      'suite.yaml:6:20: resources.disk.states.1: "gone" is always there',
    ],
    [
      'two things of one name',
      [['kind: [data', 'vm: [data']],
      'suite.yaml:8:18: resources.disk.links.vm: "disk.vm" would be a link and an attribute',
    ],
    [
      'no YAML',
      [['suite: disks', 'suite: [disks']],
      'suite.yaml:2:1: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('says where and what: %s', (_, changes, message) => {
    expect(problemsOf(disks(...changes))).toContain(message);
  });

  it('tells all its mistakes at once', () => {
    const text = disks(
      ['vm: running }, leaves', 'vm: runing }, leaves'],
      ['vm.disks < 2', 'vm.disk < 2'],
      ['- halt vm#1', '- hlt vm#1'],
    );
    expect(problemsOf(text)).toHaveLength(3);
  });

  it('asks for a command where the others have one', () => {
    const text = disks(['boot: { makes: { vm: running } }', 'boot: { makes: { vm: running }, run: boot }']);
    expect(problemsOf(text)).toContain('suite.yaml:11:3: actions.halt: nothing runs "halt" (add run: COMMAND)');
  });
});

describe('a suite', () => {
  it.each([
    ['example', EXAMPLE],
    ['cloud', CLOUD],
    ['w7', printSuite(w7Suite().source)],
    ['jugs', printSuite(jugsSuite().source)],
  ])('is the same after printing and parsing it again: %s', (_, text) => {
    const suite = parseSuite(text);
    const again = parseSuite(printSuite(suite.source));
    expect(again.source).toEqual(suite.source);
    expect(again.digest).toBe(suite.digest);
    expect(printSuite(again.source)).toBe(printSuite(suite.source));
  });

  const boxes = (change: object): string =>
    JSON.stringify({
      suite: 'boxes',
      resources: { box: { states: ['shut'] } },
      actions: { make: { makes: ['box'] } },
      ...change,
    });
  const making = (when: string) => boxes({ actions: { make: { makes: ['box'], when } } });

  it.each([
    ['parentheses', `${'('.repeat(248)}true${')'.repeat(248)}`],
    ['signs', `${'-'.repeat(495)}1 > 0`],
    ['alternatives', `${'1>0 or '.repeat(122)}1>0`],
  ])('may nest %s as deep as there is room for, and no deeper', (_, when) => {
    expect(parseSuite(making(when)).actions).toHaveLength(1);
    expect(problemsOf(making(`${when}${' or true'.repeat(8)}`))[0]).toContain(
      'an expression has room for 500 words and signs',
    );
  });

  it('may have as many states as its code can tell apart, and no more', () => {
    const states = (count: number) =>
      boxes({
        resources: { box: { states: Array.from({ length: count }, (_, n) => `s${n}`) } },
        actions: { make: { makes: ['box'] }, shut: { takes: ['box'], leaves: { box: 's0' } } },
      });
    expect(parseSuite(states(500)).actions).toHaveLength(2);
    expect(() => parseSuite(states(501))).toThrow(SuiteError);
  });

  it('may call a fault what every object has', () => {
    const suite = parseSuite(boxes({ faults: { constructor: { takes: ['box'], leaves: { box: 'gone' } } } }));
    expect(suite.actions.map(({ name }) => name)).toEqual(['make', 'constructor']);
  });

  it('has no conditions on parameters, which are made up afterwards', () => {
    const make = { makes: ['box'], params: { size: { int: [1, 5] } }, when: 'args.size > 2' };
    expect(problemsOf(boxes({ actions: { make } }))[0]).toContain('parameters are made up only after this');
  });

  it('has a digest of what it says, not of how it is laid out', () => {
    const { digest } = parseSuite(disks());
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(parseSuite(`# a comment\n\n${disks(['[running, stopped]', '[ running,   "stopped" ]'])}`).digest).toBe(
      digest,
    );
    expect(parseSuite(disks(['vm.disks < 2', 'vm.disks < 3'])).digest).not.toBe(digest);
  });

  it('has another digest when a file that belongs to it changes', () => {
    const withDriver = (sha256: string): string =>
      parseSuite(disks(), { files: [{ path: 'driver.js', sha256 }] }).digest;
    expect(withDriver('a')).not.toBe(withDriver('b'));
  });

  it.each(['cloud', 'example', 'libvirt', 'w7', 'zstack'])(
    'that ships is valid by the schema that editors use: %s',
    (name) => {
      const text = readFileSync(shipped('suites', name, 'suite.yaml'), 'utf8');
      const validate = new Ajv2020({ strict: false }).compile(suiteJsonSchema());
      expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
      expect(validate({ ...(parse(text) as object), paterns: {} })).toBe(false);
    },
  );

  it.each(['cloud', 'example', 'libvirt', 'zstack'])('that ships has nothing to be told: %s', (name) => {
    expect(lintSuite(parseSuite(readFileSync(shipped('suites', name, 'suite.yaml'), 'utf8')))).toEqual([]);
  });
});

describe('lint', () => {
  const lint = (text: string): string[] => lintSuite(parseSuite(text)).map((p) => `${p.path.join('.')}: ${p.message}`);

  it.each<[string, [string, string][], string]>([
    [
      'an action that is never legal',
      [['free, vm: running }', 'used, vm: running }']],
      'actions.plug: it is never legal',
    ],
    [
      'an action whose condition never holds, where all there is was searched',
      [
        ['vm.disks < 2', 'vm.disks > 2'],
        ['[running, stopped]', '[running, stopped]\n    limit: 2'],
        ['[free, used]', '[free, used]\n    limit: 2'],
      ],
      'actions.plug: it is never legal',
    ],
    [
      'an action that was not met, where there is no end of what to search',
      [['vm.disks < 2', 'vm.disks > 2']],
      'actions.plug: it seems to be never legal',
    ],
    [
      'a state that nothing leads to',
      [['[running, stopped]', '[running, stopped, lost]']],
      'resources.vm.states.2: no vm is ever lost',
    ],
    [
      'a weight of zero that no pattern makes up for',
      [['add: { makes', 'add: { weight: 0, makes']],
      'actions.add.weight: its weight is 0: it is never chosen',
    ],
    [
      'a pattern that is illegal',
      [['- halt vm#1', '- halt vm#1\n    - halt vm#1']],
      'patterns.one.2: "halt vm#1" is not legal here: what it takes is in another state',
    ],
    ['nothing to run', [], 'actions: nothing runs these actions'],
    ['no checks', [], 'suite: there are no checks beside the states'],
  ])('finds %s', (_, changes, message) => {
    expect(lint(disks(...changes))).toContain(message);
  });

  it('does not take a place far from where walks begin for one out of reach', () => {
    const far = `suite: safe
resources: { dial: { states: [closed, open], limit: 1, attributes: { right: 0 } } }
given: { dial: 1 }
actions:
  turn: { params: { to: { int: [0, 9] } }, takes: [dial], set: { dial.right: "if(args.to == dial.right % 7 + 2, dial.right + 1, 0)" } }
  pull: { takes: { dial: closed }, when: dial.right >= 5, leaves: { dial: open } }
`;
    expect(lint(far).filter((line) => /legal|ever/.test(line))).toEqual([]);
    expect(lint(far.replace('>= 5', '< 0'))).toContain('actions.pull: it seems to be never legal');
    const bounded = far.replace('dial.right + 1, 0)', 'min(dial.right + 1, 6), 0)');
    expect(lint(bounded.replace('>= 5', '>= 7'))).toContain('actions.pull: it is never legal');
  });
});
