/**
 * The failure that ZStack's makers reported in 2015, as a model of eighteen actions and a system in process that has the bug:
 * a template of a root volume that has a snapshot is tainted; a volume made of it after its machine was destroyed is
 * tainted; a snapshot of that volume fails. Seven steps are the least that show it. The benchmarks measure on it.
 */
import { parseSuite } from '../suite/parse.js';
import type { Suite } from '../suite/suite.js';
import { type ActAnswer, type BoundStep, type Observation, type System, SystemFailed } from '../types.js';

const TEXT = `
suite: w7
about: Machines, volumes, images and snapshots; actions wherever they are legal, without limits.
resources:
  vm: { states: [running, stopped, destroyed], final: [destroyed] }
  volume: { states: [free, attached, root], links: { vm: vm } }
  image: { states: [ready], attributes: { kind: [system, template] }, links: { of: { to: volume, as: images } } }
  snapshot: { states: [ready], links: { volume: volume } }
actions:
  create_vm: { makes: { vm: running, root: { type: volume, state: root, set: { vm: vm } } } }
  stop_vm: { takes: { vm: running }, leaves: { vm: stopped } }
  reboot_vm: { takes: { vm: running } }
  start_vm: { takes: { vm: stopped }, leaves: { vm: running } }
  create_image: { takes: { vm: stopped }, makes: { image: ready } }
  destroy_vm:
    takes: { vm: [running, stopped] }
    leaves: { vm: destroyed }
    also: { each: vm.volumes, where: it.state == attached, leaves: free, set: { vm: none } }
  snap_root:
    takes: { root: volume.root }
    when: root.vm.state != destroyed
    makes: { snapshot: { set: { volume: root } } }
  del_snap_root: { takes: { root: volume.root, snapshot: ready }, when: snapshot.volume == root, leaves: { snapshot: gone } }
  create_volume: { makes: { volume: free } }
  delete_volume: { takes: { volume: free }, leaves: { volume: gone }, also: { each: volume.snapshots, leaves: gone } }
  attach_volume:
    takes: { volume: free, vm: [running, stopped] }
    leaves: { volume: attached }
    set: { volume.vm: vm }
  detach_volume: { takes: { volume: attached }, leaves: { volume: free }, set: { volume.vm: none } }
  template:
    takes: { volume: [attached, root] }
    when: volume.vm.state == stopped
    makes: { image: { set: { kind: template, of: volume } } }
  volume_from_image: { takes: { image: ready }, when: image.kind == template, makes: { volume: free } }
  delete_image: { takes: { image: ready }, leaves: { image: gone } }
  snap_vol: { takes: { volume: [free, attached] }, makes: { snapshot: { set: { volume: volume } } } }
  del_snap: { takes: { volume: [free, attached], snapshot: ready }, when: snapshot.volume == volume, leaves: { snapshot: gone } }
  use_snap: { takes: { volume: [free, attached], snapshot: ready }, when: snapshot.volume == volume }
`;

/** The suite that the system below is tested with. */
export const w7Suite = (): Suite => parseSuite(TEXT, { file: 'w7' });

interface Machine {
  state: 'running' | 'stopped' | 'destroyed';
  readonly root: Volume;
  readonly volumes: Set<Volume>;
}

interface Volume {
  state: 'free' | 'attached' | 'root' | 'gone';
  vm: Machine | undefined;
  snapshots: number;
  readonly tainted: boolean;
}

interface Image {
  readonly of: Machine | undefined;
  readonly tainted: boolean;
  deleted: boolean;
}

/** The system: it has the bug when it is started with `bugs: ['w7']`. */
export function w7System(): System {
  let buggy = false;
  const vms = new Map<string, Machine>();
  const volumes = new Map<string, Volume>();
  const images = new Map<string, Image>();
  const snapshots = new Map<string, Volume>();

  const clear = (): void => {
    vms.clear();
    volumes.clear();
    images.clear();
    snapshots.clear();
  };

  const snap = (step: BoundStep, volume: Volume): void => {
    volume.snapshots++;
    snapshots.set(step.makes.snapshot as string, volume);
  };

  const act = (step: BoundStep): void => {
    const { takes, makes } = step;
    const vm = vms.get(takes.vm?.id ?? '');
    const volume = volumes.get((takes.volume ?? takes.root)?.id ?? '');
    switch (step.action) {
      case 'create_vm': {
        const root: Volume = { state: 'root', vm: undefined, snapshots: 0, tainted: false };
        const made: Machine = { state: 'running', root, volumes: new Set() };
        root.vm = made;
        vms.set(makes.vm as string, made);
        volumes.set(makes.root as string, root);
        return;
      }
      case 'stop_vm':
        if (vm) vm.state = 'stopped';
        return;
      case 'start_vm':
        if (vm) vm.state = 'running';
        return;
      case 'destroy_vm':
        if (!vm) return;
        vm.state = 'destroyed';
        for (const v of vm.volumes) {
          v.state = 'free';
          v.vm = undefined;
        }
        vm.volumes.clear();
        return;
      case 'create_volume':
        volumes.set(makes.volume as string, { state: 'free', vm: undefined, snapshots: 0, tainted: false });
        return;
      case 'delete_volume':
        if (volume) volume.state = 'gone';
        return;
      case 'attach_volume':
        if (!volume || !vm) return;
        volume.state = 'attached';
        volume.vm = vm;
        vm.volumes.add(volume);
        return;
      case 'detach_volume':
        if (!volume) return;
        volume.vm?.volumes.delete(volume);
        volume.vm = undefined;
        volume.state = 'free';
        return;
      case 'create_image':
        images.set(makes.image as string, { of: vm, tainted: false, deleted: false });
        return;
      case 'template': {
        const tainted = volume?.state === 'root' && volume.snapshots > 0;
        images.set(makes.image as string, { of: volume?.vm, tainted, deleted: false });
        return;
      }
      case 'delete_image': {
        const image = images.get(takes.image?.id ?? '');
        if (image) image.deleted = true;
        return;
      }
      case 'volume_from_image': {
        const image = images.get(takes.image?.id ?? '');
        const tainted = image?.tainted === true && image.of?.state === 'destroyed';
        volumes.set(makes.volume as string, { state: 'free', vm: undefined, snapshots: 0, tainted });
        return;
      }
      case 'snap_root':
        if (volume) snap(step, volume);
        return;
      case 'snap_vol':
        if (buggy && volume?.tainted) throw new SystemFailed('the snapshot of the volume failed: no such parent');
        if (volume) snap(step, volume);
        return;
      case 'del_snap':
      case 'del_snap_root': {
        const id = takes.snapshot?.id ?? '';
        if (volume) volume.snapshots--;
        snapshots.delete(id);
        return;
      }
    }
  };

  const stateOf = (id: string): string => {
    const vm = vms.get(id);
    if (vm) return vm.state;
    const volume = volumes.get(id) ?? snapshots.get(id);
    if (volume) return snapshots.has(id) ? (volume.state === 'gone' ? 'gone' : 'ready') : volume.state;
    const image = images.get(id);
    return image && !image.deleted ? 'ready' : 'gone';
  };

  /** States of what the step named: an answer with states needs no second look. */
  const shown = (step: BoundStep): Observation => {
    const states: Record<string, string> = {};
    for (const role in step.takes) {
      const id = step.takes[role]?.id;
      if (id !== undefined) states[id] = stateOf(id);
    }
    for (const role in step.makes) {
      const id = step.makes[role];
      if (id !== undefined) states[id] = stateOf(id);
    }
    return states;
  };

  return {
    start({ bugs }) {
      buggy = bugs.includes('w7');
      clear();
    },
    act(step): ActAnswer {
      act(step);
      return { states: shown(step) };
    },
    observe: (known) => ({ states: Object.fromEntries(known.map(({ handle, id }) => [handle, stateOf(id)])) }),
    check: () => undefined,
    stop() {
      clear();
      return { leaks: [] };
    },
    kill: clear,
  };
}
