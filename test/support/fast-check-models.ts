/** The same eighteen actions and the same two jugs as fast-check's users write them: `commands`, drawn blind, skipped where illegal. */
import fc from 'fast-check';
import { jugsSystem } from '../../src/woodpecker/models/jugs.js';
import { w7System } from '../../src/woodpecker/models/w7.js';
import type { BoundStep, Handle, Known, System } from '../../src/woodpecker/types.js';

interface Vm {
  readonly root: Volume;
  readonly handle: Handle;
  state: 'running' | 'stopped' | 'destroyed';
}
interface Volume {
  readonly handle: Handle;
  vm: Vm | undefined;
  readonly snapshots: Handle[];
}
interface Image {
  readonly handle: Handle;
  readonly template: boolean;
}
export interface World {
  readonly vms: Vm[];
  readonly volumes: Volume[];
  readonly images: Image[];
  made: number;
}

export interface Counted {
  readonly system: System;
  calls: number;
}

const fresh = (world: World, type: string): Handle => `${type}#${++world.made}`;
const known = (handle: Handle): Known => ({ handle, id: handle });
const alive = (world: World): Vm[] => world.vms.filter((v) => v.state !== 'destroyed');
const inState = (world: World, state: Vm['state']): Vm[] => world.vms.filter((v) => v.state === state);

type Takes = Record<string, Handle>;

/** One action: what it may be done to, and what it does to the model. */
interface Rule<T> {
  readonly name: string;
  from(world: World): readonly T[];
  takes(target: T): Takes;
  makes?(world: World): Takes;
  after(world: World, target: T, makes: Takes, pick: number): void;
  /** A second resource, where the action takes two. */
  also?(world: World, target: T, pick: number): Takes;
}

const rule = <T>(r: Rule<T>): Rule<T> => r;
const nothing: readonly undefined[] = [undefined];
const withSnapshots = (volumes: readonly Volume[]): Volume[] => volumes.filter((v) => v.snapshots.length > 0);
const snapshotOf = (volume: Volume, pick: number): Handle => volume.snapshots[pick % volume.snapshots.length] as Handle;
const dropSnapshot = (volume: Volume, pick: number): void => {
  volume.snapshots.splice(pick % volume.snapshots.length, 1);
};

const set = (vm: Vm, state: Vm['state']): void => {
  vm.state = state;
};
const attach = (volume: Volume, vm: Vm | undefined): void => {
  volume.vm = vm;
};

const RULES: readonly Rule<unknown>[] = [
  rule<undefined>({
    name: 'create_vm',
    from: () => nothing,
    takes: () => ({}),
    makes: (w) => ({ vm: fresh(w, 'vm'), root: fresh(w, 'volume') }),
    after: (w, _, makes) => {
      const root: Volume = { handle: makes.root as Handle, vm: undefined, snapshots: [] };
      w.vms.push({ handle: makes.vm as Handle, root, state: 'running' });
    },
  }),
  rule<Vm>({
    name: 'stop_vm',
    from: (w) => inState(w, 'running'),
    takes: (v) => ({ vm: v.handle }),
    after: (_, v) => set(v, 'stopped'),
  }),
  rule<Vm>({
    name: 'reboot_vm',
    from: (w) => inState(w, 'running'),
    takes: (v) => ({ vm: v.handle }),
    after: () => undefined,
  }),
  rule<Vm>({
    name: 'start_vm',
    from: (w) => inState(w, 'stopped'),
    takes: (v) => ({ vm: v.handle }),
    after: (_, v) => set(v, 'running'),
  }),
  rule<Vm>({
    name: 'create_image',
    from: (w) => inState(w, 'stopped'),
    takes: (v) => ({ vm: v.handle }),
    makes: (w) => ({ image: fresh(w, 'image') }),
    after: (w, _, makes) => void w.images.push({ handle: makes.image as Handle, template: false }),
  }),
  rule<Vm>({
    name: 'destroy_vm',
    from: alive,
    takes: (v) => ({ vm: v.handle }),
    after: (w, v) => {
      v.state = 'destroyed';
      for (const volume of w.volumes) if (volume.vm === v) volume.vm = undefined;
    },
  }),
  rule<Vm>({
    name: 'snap_root',
    from: alive,
    takes: (v) => ({ root: v.root.handle }),
    makes: (w) => ({ snapshot: fresh(w, 'snapshot') }),
    after: (_, v, makes) => void v.root.snapshots.push(makes.snapshot as Handle),
  }),
  rule<Vm>({
    name: 'del_snap_root',
    from: (w) => w.vms.filter((v) => v.root.snapshots.length > 0),
    takes: (v) => ({ root: v.root.handle }),
    also: (_, v, pick) => ({ snapshot: snapshotOf(v.root, pick) }),
    after: (_, v, __, pick) => dropSnapshot(v.root, pick),
  }),
  rule<undefined>({
    name: 'create_volume',
    from: () => nothing,
    takes: () => ({}),
    makes: (w) => ({ volume: fresh(w, 'volume') }),
    after: (w, _, makes) => void w.volumes.push({ handle: makes.volume as Handle, vm: undefined, snapshots: [] }),
  }),
  rule<Volume>({
    name: 'delete_volume',
    from: (w) => w.volumes.filter((v) => !v.vm),
    takes: (v) => ({ volume: v.handle }),
    after: (w, v) => void w.volumes.splice(w.volumes.indexOf(v), 1),
  }),
  rule<Volume>({
    name: 'attach_volume',
    from: (w) => (alive(w).length > 0 ? w.volumes.filter((v) => !v.vm) : []),
    takes: (v) => ({ volume: v.handle }),
    also: (w, _, pick) => ({ vm: (alive(w)[pick % alive(w).length] as Vm).handle }),
    after: (w, v, _, pick) => attach(v, alive(w)[pick % alive(w).length]),
  }),
  rule<Volume>({
    name: 'detach_volume',
    from: (w) => w.volumes.filter((v) => v.vm),
    takes: (v) => ({ volume: v.handle }),
    after: (_, v) => attach(v, undefined),
  }),
  rule<Volume>({
    name: 'template',
    from: (w) => [...inState(w, 'stopped').map((v) => v.root), ...w.volumes.filter((v) => v.vm?.state === 'stopped')],
    takes: (v) => ({ volume: v.handle }),
    makes: (w) => ({ image: fresh(w, 'image') }),
    after: (w, _, makes) => void w.images.push({ handle: makes.image as Handle, template: true }),
  }),
  rule<Image>({
    name: 'volume_from_image',
    from: (w) => w.images.filter((i) => i.template),
    takes: (i) => ({ image: i.handle }),
    makes: (w) => ({ volume: fresh(w, 'volume') }),
    after: (w, _, makes) => void w.volumes.push({ handle: makes.volume as Handle, vm: undefined, snapshots: [] }),
  }),
  rule<Image>({
    name: 'delete_image',
    from: (w) => w.images,
    takes: (i) => ({ image: i.handle }),
    after: (w, i) => void w.images.splice(w.images.indexOf(i), 1),
  }),
  rule<Volume>({
    name: 'snap_vol',
    from: (w) => w.volumes,
    takes: (v) => ({ volume: v.handle }),
    makes: (w) => ({ snapshot: fresh(w, 'snapshot') }),
    after: (_, v, makes) => void v.snapshots.push(makes.snapshot as Handle),
  }),
  rule<Volume>({
    name: 'del_snap',
    from: (w) => withSnapshots(w.volumes),
    takes: (v) => ({ volume: v.handle }),
    also: (_, v, pick) => ({ snapshot: snapshotOf(v, pick) }),
    after: (_, v, __, pick) => dropSnapshot(v, pick),
  }),
  rule<Volume>({
    name: 'use_snap',
    from: (w) => withSnapshots(w.volumes),
    takes: (v) => ({ volume: v.handle }),
    also: (_, v, pick) => ({ snapshot: snapshotOf(v, pick) }),
    after: () => undefined,
  }),
];

class W7Command implements fc.AsyncCommand<World, Counted> {
  constructor(
    private readonly rule: Rule<unknown>,
    private readonly first: number,
    private readonly second: number,
  ) {}

  check(world: Readonly<World>): boolean {
    return this.rule.from(world).length > 0;
  }

  async run(world: World, real: Counted): Promise<void> {
    const { rule, first, second } = this;
    const candidates = rule.from(world);
    const target = candidates[first % candidates.length];
    const takes = { ...rule.takes(target), ...rule.also?.(world, target, second) };
    const makes = rule.makes?.(world) ?? {};
    real.calls++;
    await real.system.act({
      index: real.calls,
      action: rule.name,
      takes: Object.fromEntries(Object.entries(takes).map(([role, handle]) => [role, known(handle)])),
      makes,
      args: {},
      timeoutMs: 0,
    });
    rule.after(world, target, makes, second);
  }

  toString(): string {
    return `${this.rule.name}(${this.first},${this.second})`;
  }
}

/** Commands of the W7 model; a world and a system to run them in. */
export const w7Commands = (): fc.Arbitrary<fc.AsyncCommand<World, Counted>>[] =>
  RULES.map((r) => fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => new W7Command(r, a, b)));

export const emptyWorld = (): World => ({ vms: [], volumes: [], images: [], made: 0 });

export function startedW7(bugs: readonly string[]): Counted {
  const system = w7System();
  void system.start({ seed: 1, bugs });
  return { system, calls: 0 };
}

interface Jugs {
  small: number;
  large: number;
}

class JugCommand implements fc.AsyncCommand<Jugs, Counted> {
  constructor(private readonly move: (typeof MOVES)[number]) {}

  check(model: Readonly<Jugs>): boolean {
    return this.move.legal(model);
  }

  async run(model: Jugs, real: Counted): Promise<void> {
    real.calls++;
    const takes = Object.fromEntries(
      Object.entries(this.move.takes).map(([role, id]) => [role, { handle: `jug#1` as Handle, id }]),
    );
    const step: BoundStep = { index: 0, action: this.move.action, takes, makes: {}, args: {}, timeoutMs: 0 };
    await real.system.act(step);
    this.move.after(model);
    const wrong = await real.system.check('never_four', [], 0);
    if (wrong) throw new Error(wrong);
  }

  toString(): string {
    return `${this.move.action}(${Object.values(this.move.takes).join(',')})`;
  }
}

const fill = (jugs: Jugs, litres: Partial<Jugs>): void => void Object.assign(jugs, litres);

const MOVES: readonly {
  action: string;
  takes: Record<string, string>;
  legal(m: Readonly<Jugs>): boolean;
  after(m: Jugs): void;
}[] = [
  { action: 'fill', takes: { jug: 'small' }, legal: (m) => m.small < 3, after: (m) => fill(m, { small: 3 }) },
  { action: 'fill', takes: { jug: 'large' }, legal: (m) => m.large < 5, after: (m) => fill(m, { large: 5 }) },
  { action: 'empty', takes: { jug: 'small' }, legal: (m) => m.small > 0, after: (m) => fill(m, { small: 0 }) },
  { action: 'empty', takes: { jug: 'large' }, legal: (m) => m.large > 0, after: (m) => fill(m, { large: 0 }) },
  {
    action: 'pour',
    takes: { from: 'small', to: 'large' },
    legal: (m) => m.small > 0 && m.large < 5,
    after: (m) => {
      const moved = Math.min(m.small, 5 - m.large);
      m.small -= moved;
      m.large += moved;
    },
  },
  {
    action: 'pour',
    takes: { from: 'large', to: 'small' },
    legal: (m) => m.large > 0 && m.small < 3,
    after: (m) => {
      const moved = Math.min(m.large, 3 - m.small);
      m.large -= moved;
      m.small += moved;
    },
  },
];

export const jugCommands = (): fc.Arbitrary<fc.AsyncCommand<Jugs, Counted>>[] =>
  MOVES.map((m) => fc.constant(new JugCommand(m)));

export const emptyJugs = (): Jugs => ({ small: 0, large: 0 });

export function startedJugs(): Counted {
  const system = jugsSystem();
  void system.start({ seed: 1, bugs: [] });
  return { system, calls: 0 };
}

export interface Hunted {
  /** Calls until the failure was first seen, and calls to shrink it. */
  readonly find: number;
  readonly shrink: number;
  /** Calls of the answer. */
  readonly length: number;
}

/** One hunt by fast-check: `asyncModelRun` over commands of at most 200, until it fails and has shrunk. Undefined: not within `most` calls. */
export async function huntByFastCheck<M extends object>(
  commands: fc.Arbitrary<fc.AsyncCommand<M, Counted>>[],
  start: () => { model: M; real: Counted },
  seed: number,
  most: number,
): Promise<Hunted | undefined> {
  let calls = 0;
  let find: number | undefined;
  let length = 0;
  const property = fc.asyncProperty(fc.commands(commands, { maxCommands: 200, size: 'max' }), async (drawn) => {
    const { model, real } = start();
    try {
      await fc.asyncModelRun(() => ({ model, real }), drawn);
    } catch (error) {
      calls += real.calls;
      find ??= calls;
      length = real.calls;
      throw error;
    }
    calls += real.calls;
  });
  const found = await fc.check(property, { seed, numRuns: 100_000, interruptAfterTimeLimit: 60_000 });
  if (!found.failed || find === undefined || find > most) return undefined;
  return { find, shrink: calls - find, length };
}
