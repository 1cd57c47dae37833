/**
 * The API of the small IaaS: one entry an operation. Each is a generator; at every `yield` other jobs may run.
 * The runner holds what `holds` names for as long as the job takes.
 */
import { type Cloud, giveAddressBack, newId, takeAddress, type Volume } from './cloud.js';

/** The API said no: nothing was changed. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
/** The API broke. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

export type Ids = Readonly<Record<string, string>>;
export type Args = Readonly<Record<string, unknown>>;

export interface Operation {
  /** Ids that no other job may touch meanwhile. Default: everything that it takes. */
  readonly holds?: (cloud: Cloud, takes: Ids) => readonly string[];
  readonly run: (cloud: Cloud, takes: Ids, args: Args) => Generator<void, Ids>;
}

function find<T>(records: ReadonlyMap<string, T>, takes: Ids, role: string): T {
  const id = takes[role];
  const record = id === undefined ? undefined : records.get(id);
  if (!record) throw new Refused(`there is no ${role} ${id ?? '(none named)'}`);
  return record;
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Refused(otherwise);
}

function any<T>(records: ReadonlyMap<string, T>, test: (record: T) => boolean): boolean {
  for (const record of records.values()) if (test(record)) return true;
  return false;
}

function newVolume(cloud: Cloud, volume: Pick<Volume, 'kind' | 'name' | 'tainted' | 'vm'>): string {
  const id = newId(cloud, 'vol');
  cloud.volumes.set(id, { id, current: undefined, ...volume });
  cloud.files.add(id);
  return id;
}

function dropSnapshot(cloud: Cloud, id: string): void {
  cloud.snapshots.delete(id);
  cloud.files.delete(id);
}

function dropVolume(cloud: Cloud, volume: Volume): void {
  for (const snapshot of [...cloud.snapshots.values()])
    if (snapshot.volume === volume.id) dropSnapshot(cloud, snapshot.id);
  cloud.volumes.delete(volume.id);
  cloud.files.delete(volume.id);
}

function newVm(cloud: Cloud, name: string): Ids {
  const vm = newId(cloud, 'vm');
  const root = newVolume(cloud, { kind: 'root', name: `${name}-root`, tainted: false, vm });
  cloud.vms.set(vm, {
    id: vm,
    name,
    state: 'running',
    root,
    host: undefined,
    reboots: 0,
    detached: undefined,
    failedHost: undefined,
  });
  return { vm, root };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : 'unnamed');

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  add_host: {
    *run(cloud) {
      yield;
      const id = newId(cloud, 'host');
      cloud.hosts.set(id, { id, state: 'up' });
      return { host: id };
    },
  },
  remove_host: {
    *run(cloud, takes) {
      const host = find(cloud.hosts, takes, 'host');
      must(!any(cloud.vms, (vm) => vm.host === host.id), 'VMs still run on this host');
      yield;
      cloud.hosts.delete(host.id);
      return {};
    },
  },
  recover_host: {
    *run(cloud, takes) {
      const host = find(cloud.hosts, takes, 'host');
      must(host.state === 'down', 'the host is up');
      yield;
      host.state = 'up';
      return {};
    },
  },
  host_fails: {
    // Nothing waits for a host to be ready to fail, and what ran on it stops at once.
    holds: () => [],
    *run(cloud, takes) {
      yield;
      const host = find(cloud.hosts, takes, 'host');
      must(host.state === 'up', 'the host is down already');
      host.state = 'down';
      for (const vm of cloud.vms.values()) {
        if (vm.host !== host.id) continue;
        vm.state = 'stopped';
        vm.host = undefined;
        vm.failedHost = host.id;
      }
      return {};
    },
  },
  create_vm: {
    *run(cloud, _takes, args) {
      yield;
      yield;
      return newVm(cloud, textOf(args.name));
    },
  },
  create_vm_from: {
    *run(cloud, takes, args) {
      const image = find(cloud.images, takes, 'image');
      must(image.kind === 'root', 'only an image of a root volume can start a VM');
      must(image.enabled, 'the image is disabled');
      yield;
      image.used = true;
      return newVm(cloud, textOf(args.name));
    },
  },
  stop_vm: {
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      must(vm.state === 'running', 'the VM is stopped already');
      yield;
      if (!cloud.bugs.has('canary')) vm.state = 'stopped';
      return {};
    },
  },
  start_vm: {
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      must(vm.state === 'stopped', 'the VM is running already');
      yield;
      if (cloud.bugs.has('flaky_start') && vm.reboots > 0 && cloud.random() < 0.3)
        throw new Failed(`the hypervisor process of ${vm.id} exited with code 1 during start`);
      if (vm.failedHost && any(cloud.volumes, (volume) => volume.vm === vm.id && volume.kind === 'data')) {
        if (cloud.bugs.has('split_brain')) throw new Failed(`a volume of ${vm.id} is locked by ${vm.failedHost}`);
      }
      vm.state = 'running';
      return {};
    },
  },
  reboot_vm: {
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      const loose =
        cloud.bugs.has('loose_reboot') && any(cloud.volumes, (volume) => volume.vm === vm.id && volume.kind === 'data');
      must(vm.state === 'running' || loose, 'the VM is stopped');
      yield;
      vm.reboots += 1;
      const last = vm.detached === undefined ? undefined : cloud.volumes.get(vm.detached);
      if (cloud.bugs.has('sticky_attachment') && last && last.vm === undefined) last.vm = vm.id;
      return {};
    },
  },
  migrate_vm: {
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      const host = find(cloud.hosts, takes, 'host');
      must(vm.state === 'running', 'only a running VM can be migrated');
      must(host.state === 'up', 'the host is down');
      must(vm.host !== host.id, 'the VM runs on this host already');
      yield;
      must(host.state === 'up', 'the host went down during the migration');
      vm.host = host.id;
      return {};
    },
  },
  destroy_vm: {
    holds: (cloud, takes) => [
      ...Object.values(takes),
      ...[...cloud.volumes.values()].filter((v) => v.vm === takes.vm).map((v) => v.id),
    ],
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      yield;
      for (const volume of [...cloud.volumes.values()]) {
        if (volume.vm !== vm.id) continue;
        if (volume.kind === 'root') dropVolume(cloud, volume);
        else volume.vm = undefined;
      }
      for (const nic of [...cloud.nics.values()]) {
        if (nic.vm !== vm.id) continue;
        giveAddressBack(cloud, cloud.networks.get(nic.network), nic.id);
        cloud.nics.delete(nic.id);
      }
      for (const vip of cloud.vips.values()) {
        if (vip.vm !== vm.id) continue;
        vip.vm = undefined;
        vip.pinned = cloud.bugs.has('vip_leak');
      }
      cloud.vms.delete(vm.id);
      return {};
    },
  },
  create_volume: {
    *run(cloud, _takes, args) {
      yield;
      return { volume: newVolume(cloud, { kind: 'data', name: textOf(args.name), tainted: false, vm: undefined }) };
    },
  },
  delete_volume: {
    *run(cloud, takes) {
      const volume = find(cloud.volumes, takes, 'volume');
      must(volume.kind === 'data', 'a root volume goes with its VM');
      must(volume.vm === undefined, 'the volume is attached');
      yield;
      const snapshotted = any(cloud.snapshots, (snapshot) => snapshot.volume === volume.id);
      if (cloud.bugs.has('swallowed_delete') && snapshotted) return {};
      if (snapshotted) cloud.ghosts.add(volume.id);
      dropVolume(cloud, volume);
      return {};
    },
  },
  attach_volume: {
    holds: (cloud, takes) => (cloud.bugs.has('double_attach') ? [] : Object.values(takes)),
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      if (cloud.bugs.has('ghost_volume') && cloud.ghosts.has(takes.volume ?? '')) return {};
      const volume = find(cloud.volumes, takes, 'volume');
      must(volume.kind === 'data', 'a root volume cannot be attached');
      must(volume.vm === undefined, 'the volume is attached already');
      yield;
      yield;
      volume.vm = vm.id;
      return {};
    },
  },
  detach_volume: {
    *run(cloud, takes) {
      const volume = find(cloud.volumes, takes, 'volume');
      must(volume.kind === 'data', 'a root volume cannot be detached');
      must(volume.vm !== undefined, 'the volume is not attached');
      yield;
      const vm = cloud.vms.get(volume.vm ?? '');
      if (vm) vm.detached = volume.id;
      volume.vm = undefined;
      return {};
    },
  },
  create_snapshot: {
    holds: (cloud, takes) => (cloud.bugs.has('lost_snapshot') ? [] : Object.values(takes)),
    *run(cloud, takes) {
      const volume = find(cloud.volumes, takes, 'volume');
      if (volume.tainted) throw new Failed(`no backing chain for ${volume.id}: file not found`);
      const parent = volume.current;
      yield;
      yield;
      const id = newId(cloud, 'snap');
      const count = [...cloud.snapshots.values()].filter((snapshot) => snapshot.volume === volume.id).length;
      if (cloud.bugs.has('fifth_snapshot') && count >= 4) return { snapshot: id };
      if (volume.current !== parent && volume.current !== undefined) dropSnapshot(cloud, volume.current);
      cloud.snapshots.set(id, { id, volume: volume.id, parent });
      cloud.files.add(id);
      volume.current = id;
      return { snapshot: id };
    },
  },
  delete_snapshot: {
    holds: (cloud, takes) => [...Object.values(takes), cloud.snapshots.get(takes.snapshot ?? '')?.volume ?? ''],
    *run(cloud, takes) {
      const snapshot = find(cloud.snapshots, takes, 'snapshot');
      yield;
      for (const child of [...cloud.snapshots.values()]) {
        if (child.parent !== snapshot.id) continue;
        if (cloud.bugs.has('lost_child')) dropSnapshot(cloud, child.id);
        else child.parent = snapshot.parent;
      }
      const volume = cloud.volumes.get(snapshot.volume);
      if (volume?.current === snapshot.id) volume.current = snapshot.parent;
      dropSnapshot(cloud, snapshot.id);
      return {};
    },
  },
  revert_volume: {
    holds: (cloud, takes) => [
      ...Object.values(takes),
      cloud.snapshots.get(takes.snapshot ?? '')?.volume ?? '',
      cloud.volumes.get(cloud.snapshots.get(takes.snapshot ?? '')?.volume ?? '')?.vm ?? '',
    ],
    *run(cloud, takes) {
      const snapshot = find(cloud.snapshots, takes, 'snapshot');
      const volume = cloud.volumes.get(snapshot.volume);
      const vm = cloud.vms.get(volume?.vm ?? '');
      must(vm?.state !== 'running', 'the volume is in use by a running VM');
      yield;
      if (volume) volume.current = snapshot.id;
      return {};
    },
  },
  create_image: {
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      must(vm.state === 'stopped', 'an image of a root volume needs a stopped VM');
      yield;
      return { image: newImage(cloud, 'root', undefined) };
    },
  },
  template: {
    *run(cloud, takes) {
      const volume = find(cloud.volumes, takes, 'volume');
      const vm = cloud.vms.get(volume.vm ?? '');
      must(vm?.state === 'stopped', 'a data-volume template needs a volume of a stopped VM');
      yield;
      const snapshotted = any(cloud.snapshots, (snapshot) => snapshot.volume === volume.id);
      const tainted = cloud.bugs.has('w7') && volume.kind === 'root' && snapshotted;
      return { image: newImage(cloud, 'data', tainted ? vm?.id : undefined) };
    },
  },
  volume_from_image: {
    *run(cloud, takes, args) {
      const image = find(cloud.images, takes, 'image');
      must(image.kind === 'data', 'only a data-volume template can make a volume');
      must(image.enabled, 'the image is disabled');
      yield;
      image.used = true;
      const tainted = image.taintedBy !== undefined && !cloud.vms.has(image.taintedBy);
      return { volume: newVolume(cloud, { kind: 'data', name: textOf(args.name), tainted, vm: undefined }) };
    },
  },
  disable_image: {
    *run(cloud, takes) {
      const image = find(cloud.images, takes, 'image');
      must(image.enabled, 'the image is disabled already');
      yield;
      image.enabled = false;
      image.stale = false;
      return {};
    },
  },
  enable_image: {
    *run(cloud, takes) {
      const image = find(cloud.images, takes, 'image');
      must(!image.enabled, 'the image is enabled already');
      yield;
      image.enabled = true;
      image.stale = cloud.bugs.has('stale_image') && image.used;
      return {};
    },
  },
  delete_image: {
    *run(cloud, takes) {
      const image = find(cloud.images, takes, 'image');
      yield;
      cloud.images.delete(image.id);
      cloud.files.delete(image.id);
      return {};
    },
  },
  create_network: {
    *run(cloud) {
      yield;
      const id = newId(cloud, 'net');
      const prefix = `10.${cloud.made >> 8}.${cloud.made & 255}`;
      cloud.networks.set(id, { id, prefix, free: [], next: 2, hadVip: false });
      return { network: id };
    },
  },
  delete_network: {
    *run(cloud, takes) {
      const network = find(cloud.networks, takes, 'network');
      must(!any(cloud.nics, (nic) => nic.network === network.id), 'the network still has interfaces');
      must(!any(cloud.vips, (vip) => vip.network === network.id), 'the network still has VIPs');
      yield;
      while (cloud.bugs.has('hung_network') && network.hadVip) yield;
      cloud.networks.delete(network.id);
      return {};
    },
  },
  attach_nic: {
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      const network = find(cloud.networks, takes, 'network');
      yield;
      const id = newId(cloud, 'nic');
      const address = takeAddress(cloud, network, id);
      cloud.nics.set(id, { id, vm: vm.id, network: network.id, address, group: undefined });
      return { nic: id };
    },
  },
  detach_nic: {
    holds: (cloud, takes) => [...Object.values(takes), cloud.nics.get(takes.nic ?? '')?.network ?? ''],
    *run(cloud, takes) {
      const nic = find(cloud.nics, takes, 'nic');
      yield;
      giveAddressBack(cloud, cloud.networks.get(nic.network), nic.id);
      cloud.nics.delete(nic.id);
      return {};
    },
  },
  create_vip: {
    *run(cloud, takes) {
      const network = find(cloud.networks, takes, 'network');
      yield;
      const id = newId(cloud, 'vip');
      network.hadVip = true;
      const address = takeAddress(cloud, network, id);
      cloud.vips.set(id, { id, network: network.id, address, vm: undefined, pinned: false });
      return { vip: id };
    },
  },
  bind_vip: {
    *run(cloud, takes) {
      const vip = find(cloud.vips, takes, 'vip');
      const vm = find(cloud.vms, takes, 'vm');
      must(vip.vm === undefined, 'the VIP is bound already');
      yield;
      vip.vm = vm.id;
      return {};
    },
  },
  unbind_vip: {
    *run(cloud, takes) {
      const vip = find(cloud.vips, takes, 'vip');
      must(vip.vm !== undefined, 'the VIP is not bound');
      yield;
      vip.vm = undefined;
      return {};
    },
  },
  release_vip: {
    holds: (cloud, takes) => [...Object.values(takes), cloud.vips.get(takes.vip ?? '')?.network ?? ''],
    *run(cloud, takes) {
      const vip = find(cloud.vips, takes, 'vip');
      must(vip.vm === undefined, 'the VIP is bound');
      yield;
      if (!vip.pinned) giveAddressBack(cloud, cloud.networks.get(vip.network), vip.id);
      cloud.vips.delete(vip.id);
      return {};
    },
  },
  create_group: {
    *run(cloud) {
      yield;
      const id = newId(cloud, 'sg');
      cloud.groups.set(id, { id });
      return { group: id };
    },
  },
  delete_group: {
    *run(cloud, takes) {
      const group = find(cloud.groups, takes, 'group');
      must(!any(cloud.nics, (nic) => nic.group === group.id), 'interfaces still use this group');
      yield;
      for (const rule of [...cloud.rules.values()]) if (rule.group === group.id) cloud.rules.delete(rule.id);
      cloud.groups.delete(group.id);
      return {};
    },
  },
  add_rule: {
    *run(cloud, takes, args) {
      const group = find(cloud.groups, takes, 'group');
      const port = args.port;
      must(typeof port === 'number' && port >= 1 && port <= 65_535, 'a port is a number from 1 to 65535');
      yield;
      const id = newId(cloud, 'rule');
      cloud.rules.set(id, { id, group: group.id, port: Number(port) });
      return { rule: id };
    },
  },
  delete_rule: {
    *run(cloud, takes) {
      const rule = find(cloud.rules, takes, 'rule');
      yield;
      cloud.rules.delete(rule.id);
      return {};
    },
  },
  secure_nic: {
    *run(cloud, takes) {
      const nic = find(cloud.nics, takes, 'nic');
      const group = find(cloud.groups, takes, 'group');
      must(nic.group === undefined, 'the interface has a group already');
      yield;
      nic.group = group.id;
      return {};
    },
  },
  open_nic: {
    *run(cloud, takes) {
      const nic = find(cloud.nics, takes, 'nic');
      must(nic.group !== undefined, 'the interface has no group');
      yield;
      nic.group = undefined;
      return {};
    },
  },
};

function newImage(cloud: Cloud, kind: 'root' | 'data', taintedBy: string | undefined): string {
  const id = newId(cloud, 'img');
  cloud.images.set(id, { id, kind, enabled: true, taintedBy, used: false, stale: false });
  cloud.files.add(id);
  return id;
}
