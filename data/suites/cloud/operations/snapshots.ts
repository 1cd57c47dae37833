/** Snapshots: a tree a volume. */
import { type Cloud, newId } from '../cloud.js';
import { Failed, find, type Ids, must, type Operations } from '../operation.js';
import { dropSnapshot } from '../storage.js';

/** A snapshot, and the volume that it is of. */
function withVolume(cloud: Cloud, takes: Ids): string[] {
  return [...Object.values(takes), cloud.snapshots.get(takes.snapshot ?? '')?.volume ?? ''];
}

export const SNAPSHOT_OPERATIONS: Operations = {
  create_snapshot: {
    holds: (cloud, takes) => (cloud.bugs.has('lost_snapshot') ? [] : Object.values(takes)),
    *run(cloud, takes) {
      const volume = find(cloud.volumes, takes, 'volume');
      if (volume.tainted) throw new Failed(`no backing chain for ${volume.id}: file not found`);
      const parent = volume.current;
      yield cloud.bugs.has('lost_snapshot') ? 'slow' : undefined;
      must(cloud.volumes.has(volume.id), 'the volume is gone');
      const id = newId(cloud, 'snap');
      const count = [...cloud.snapshots.values()].filter((snapshot) => snapshot.volume === volume.id).length;
      if (cloud.bugs.has('fifth_snapshot') && count >= 4) return { snapshot: id };
      if (volume.current !== parent && volume.current !== undefined) dropSnapshot(cloud, volume.current);
      cloud.snapshots.set(id, { id, volume: volume.id, parent });
      cloud.files.add(id);
      volume.current = id;
      volume.hadSnapshot = true;
      return { snapshot: id };
    },
  },
  delete_snapshot: {
    holds: withVolume,
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
    holds(cloud, takes) {
      const held = withVolume(cloud, takes);
      return [...held, cloud.volumes.get(held.at(-1) ?? '')?.vm ?? ''];
    },
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
  /** Reads a snapshot: changes nothing. */
  use_snapshot: {
    holds: withVolume,
    *run(cloud, takes) {
      const snapshot = find(cloud.snapshots, takes, 'snapshot');
      yield;
      must(cloud.files.has(snapshot.id), 'the snapshot has no file');
      return {};
    },
  },
};
