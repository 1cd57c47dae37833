/** Data volumes. */
import { find, must, type Operations, textOf } from '../operation.js';
import { dropVolume, hasSnapshots, newVolume } from '../storage.js';

export const VOLUME_OPERATIONS: Operations = {
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
      if (cloud.bugs.has('swallowed_delete') && hasSnapshots(cloud, volume.id)) return {};
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
      // Half a lock: with the bug, nothing stands between this look and the write.
      yield cloud.bugs.has('double_attach') ? 'slow' : undefined;
      must(cloud.vms.has(vm.id) && cloud.volumes.has(volume.id), 'what was to be attached is gone');
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
};
