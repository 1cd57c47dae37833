/** The lives of VMs. */
import { type Cloud, giveAddressBack, newId } from '../cloud.js';
import { any, Failed, find, type Ids, must, type Operations, textOf } from '../operation.js';
import { dropVolume, hasDataVolume, newVolume } from '../storage.js';

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

/** What is its own goes, or is given back; data volumes stay. */
function release(cloud: Cloud, vm: string): void {
  for (const volume of cloud.volumes.values()) if (volume.vm === vm && volume.kind === 'data') volume.vm = undefined;
  for (const nic of [...cloud.nics.values()]) {
    if (nic.vm !== vm) continue;
    giveAddressBack(cloud, cloud.networks.get(nic.network), nic.id);
    cloud.nics.delete(nic.id);
  }
  for (const vip of cloud.vips.values()) {
    if (vip.vm !== vm) continue;
    vip.vm = undefined;
    vip.pinned = cloud.bugs.has('vip_leak');
  }
}

/** A VM, and the volumes attached to it. */
function withVolumes(cloud: Cloud, takes: Ids): string[] {
  const held = Object.values(takes);
  for (const volume of cloud.volumes.values()) if (volume.vm === takes.vm) held.push(volume.id);
  return held;
}

export const VM_OPERATIONS: Operations = {
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
      if (cloud.bugs.has('split_brain') && vm.failedHost && hasDataVolume(cloud, vm.id))
        throw new Failed(`a volume of ${vm.id} is locked by ${vm.failedHost}`);
      vm.state = 'running';
      return {};
    },
  },
  reboot_vm: {
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      const equipped = hasDataVolume(cloud, vm.id) || any(cloud.nics, (nic) => nic.vm === vm.id);
      const loose = cloud.bugs.has('loose_reboot') && equipped;
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
    holds: withVolumes,
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      yield;
      const root = cloud.volumes.get(vm.root);
      if (root) dropVolume(cloud, root);
      release(cloud, vm.id);
      cloud.vms.delete(vm.id);
      return {};
    },
  },
  /** As systems with a recycle bin do it: the VM and its root volume stay, for good. */
  retire_vm: {
    holds: withVolumes,
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      must(vm.state !== 'destroyed', 'the VM is destroyed already');
      yield;
      release(cloud, vm.id);
      vm.state = 'destroyed';
      return {};
    },
  },
};
