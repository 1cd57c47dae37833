import { describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../../src/woodpecker/model/model.js';
import { parseStep } from '../../../src/woodpecker/step-text.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import type { Suite } from '../../../src/woodpecker/suite/suite.js';

const STORE = parseSuite(`
suite: store
resources:
  vm: { states: [running, stopped, destroyed], final: [destroyed], limit: 2, attributes: { memory: 4 } }
  disk: { states: [free, used], attributes: { kind: [data, root], size: 8 }, links: { vm: vm } }
  snapshot: { states: [ready], links: { disk: disk, parent: { to: snapshot, as: children } }, attributes: { was: [free, used] } }
given:
  vm: [{ id: first, state: stopped, memory: 2 }]
actions:
  boot: { makes: { vm: running, root: { type: disk, state: used, set: { kind: root, vm: vm } } } }
  halt: { takes: { vm: running }, leaves: { vm: stopped } }
  grow: { takes: { vm: stopped }, params: { by: { int: [1, 'vm.memory'] } }, set: { vm.memory: vm.memory + args.by } }
  destroy:
    takes: { vm: [running, stopped] }
    leaves: { vm: destroyed }
    also:
      - { each: vm.disks, where: it.kind == root, leaves: gone }
      - { each: vm.disks, leaves: free, set: { vm: none } }
    refuses: [state, gone, when]
  add: { makes: [disk] }
  plug:
    takes: { disk: free, vm: running }
    when: [vm.disks < 3, disk.kind == data]
    leaves: { disk: used }
    set: { disk.vm: vm }
    refuses: [when]
  snap: { takes: [disk], makes: { snapshot: { set: { disk: disk, was: disk.state } } } }
  snap_on: { takes: [snapshot], makes: { next: { type: snapshot, set: { disk: snapshot.disk, parent: snapshot } } } }
  revert: { takes: [snapshot], also: { each: disk, where: it == snapshot.disk, leaves: 'if(snapshot.was == used, used, free)' } }
  prune: { takes: [snapshot], leaves: { snapshot: gone }, also: { each: snapshot.children, leaves: gone, deep: true } }
  swap: { takes: { one: disk, two: disk }, when: one.size != two.size, set: { one.size: two.size, two.size: one.size } }
  widen: { takes: [disk], set: { disk.size: 'min(disk.size * 2, 64)' } }
`);

function modelAfter(suite: Suite, ...lines: string[]): Model {
  const model = createModel(suite);
  for (const line of lines) {
    const step = parseStep(line);
    expect(`${line}: ${model.objection(step) ?? 'legal'}`).toBe(`${line}: legal`);
    model.apply(step);
  }
  return model;
}

const objection = (model: Model, line: string): string | undefined => model.objection(parseStep(line));
const BOOT = 'boot -> vm#2 root=disk#1';

describe('the model', () => {
  it('starts with what is given', () => {
    const model = createModel(STORE);
    expect(model.states(model.live())).toEqual({ 'vm#1': 'stopped' });
    expect(model.get('vm#1')?.attributes).toEqual([2]);
  });

  it('lets what links to a resource go its own way when that goes', () => {
    const model = modelAfter(STORE, BOOT, 'add -> disk#2', 'plug disk#2 vm#2', 'destroy vm#2');
    expect(model.states(model.population.flat(2))).toEqual({
      'vm#1': 'stopped',
      'vm#2': 'destroyed',
      'disk#1': 'gone',
      'disk#2': 'free',
    });
    expect(model.get('disk#2')?.links).toEqual([undefined]);
    expect(new Set(model.touched.map((r) => r.handle))).toEqual(new Set(['vm#2', 'disk#1', 'disk#2']));
  });

  it('follows a tree to its leaves', () => {
    const model = modelAfter(
      STORE,
      'add -> disk#1',
      'snap disk#1 -> snapshot#1',
      'snap_on snapshot#1 -> next=snapshot#2',
      'snap_on snapshot#2 -> next=snapshot#3',
      'snap disk#1 -> snapshot#4',
      'prune snapshot#1',
    );
    expect(model.states(model.live())).toEqual({ 'vm#1': 'stopped', 'disk#1': 'free', 'snapshot#4': 'ready' });
  });

  it('counts what links to a resource, as long as it is there', () => {
    const model = modelAfter(
      STORE,
      BOOT,
      'add -> disk#2',
      'add -> disk#3',
      'add -> disk#4',
      'plug disk#2 vm#2',
      'plug disk#3 vm#2',
    );
    expect(objection(model, 'plug disk#4 vm#2')).toBe('a condition does not hold');
  });

  it('works out new values from the old ones, all at once', () => {
    const model = modelAfter(STORE, 'add -> disk#1', 'add -> disk#2', 'widen disk#2', 'swap one=disk#1 two=disk#2');
    expect(model.get('disk#1')?.attributes).toEqual(['data', 16]);
    expect(model.get('disk#2')?.attributes).toEqual(['data', 8]);
  });

  it('can leave a resource in a state that it works out', () => {
    const model = modelAfter(
      STORE,
      BOOT,
      'add -> disk#2',
      'snap disk#2 -> snapshot#1',
      'plug disk#2 vm#2',
      'revert snapshot#1',
    );
    expect(model.states(model.live())['disk#2']).toBe('free');
  });

  it('does not count what is in a final state towards the limit', () => {
    const model = modelAfter(STORE, BOOT);
    expect(objection(model, 'boot -> vm#3 root=disk#2')).toBe('there are as many as there may be');
    expect(objection(modelAfter(STORE, BOOT, 'destroy vm#2'), 'boot -> vm#3 root=disk#2')).toBeUndefined();
  });

  it.each([
    ['halt vm#2', 'there is no vm#2'],
    ['halt vm#1', 'what it takes is in another state'],
    ['halt', '"halt" takes vm=vm#…'],
    ['swap one=disk#1 two=disk#1', 'there is no disk#1'],
    ['fly', 'there is no action "fly"'],
  ])('objects to %s', (line, why) => {
    expect(objection(createModel(STORE), line)).toBe(why);
  });

  it.each([
    ['!destroy vm#2', [BOOT, 'destroy vm#2'], undefined],
    ['!destroy vm#2', [BOOT], 'it is legal'],
    ['!halt vm#1', [], '"halt" does not promise to refuse this (state)'],
    ['!plug disk#1 vm#2', [BOOT], '"plug" does not promise to refuse this (state)'],
    ['!boot', [BOOT], 'nothing promises that it is refused'],
  ] as const)('knows what must be refused: %s', (line, before, why) => {
    expect(objection(modelAfter(STORE, ...before), line)).toBe(why);
  });

  it('does not change when a step was refused', () => {
    const model = modelAfter(STORE, BOOT, 'destroy vm#2');
    const before = model.states(model.population.flat(2));
    model.apply(parseStep('!destroy vm#2'));
    expect(model.states(model.population.flat(2))).toEqual(before);
  });

  it('copies itself without a tie to the copy', () => {
    const model = modelAfter(STORE, BOOT, 'add -> disk#2', 'plug disk#2 vm#2');
    const copy = model.clone();
    copy.apply(parseStep('destroy vm#2'));
    expect(model.states(model.live())).toEqual({
      'vm#1': 'stopped',
      'vm#2': 'running',
      'disk#1': 'used',
      'disk#2': 'used',
    });
    expect(model.objection(parseStep('add -> disk#3'))).toBeUndefined();
    expect(copy.states(copy.live())).toEqual({ 'vm#1': 'stopped', 'vm#2': 'destroyed', 'disk#2': 'free' });
  });

  it('keeps the numbers of a sequence that skips some', () => {
    const model = modelAfter(STORE, 'add -> disk#7', 'add -> disk#3');
    expect(model.get('disk#5')).toBeUndefined();
    expect(objection(model, 'add -> disk#3')).toBe('disk#3 was made before');
    expect(Object.keys(model.states(model.live())).toSorted()).toEqual(['disk#3', 'disk#7', 'vm#1']);
  });

  it('makes nothing with a number that would take all memory to count up to', () => {
    const model = modelAfter(STORE);
    expect(objection(model, 'add -> disk#100000')).toBeUndefined();
    for (const number of ['100001', '4294967297', '9'.repeat(400)])
      expect(objection(model, `add -> disk#${number}`)).toBe(`disk#${number} is beyond what a walk can make`);
  });
});
