/**
 * The failure that ZStack's makers reported in 2015, as a model of eighteen actions and a system in process that has the bug:
 * a template of a root volume that has a snapshot is tainted; a volume made of it after its machine was destroyed is
 * tainted; a snapshot of that volume fails. Seven steps are the least that show it. The benchmarks measure on it.
 */
import { parseSuite } from '../suite/parse.js';
import type { Suite } from '../suite/suite.js';
import type { BoundStep, System } from '../types.js';

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

export const w7Suite = (): Suite => parseSuite(TEXT, { file: 'w7' });
