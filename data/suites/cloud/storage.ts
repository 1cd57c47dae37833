/** Volumes, snapshots and images with the files below them: made and dropped together. */
import { type Cloud, newId, type Volume } from './cloud.js';
import { any } from './operation.js';

export function newVolume(cloud: Cloud, volume: Pick<Volume, 'kind' | 'name' | 'tainted' | 'vm'>): string {
  const id = newId(cloud, 'vol');
  cloud.volumes.set(id, { id, current: undefined, hadSnapshot: false, ...volume });
  cloud.files.add(id);
  return id;
}

export function dropVolume(cloud: Cloud, volume: Volume): void {
  for (const snapshot of [...cloud.snapshots.values()])
    if (snapshot.volume === volume.id) dropSnapshot(cloud, snapshot.id);
  if (volume.hadSnapshot) cloud.ghosts.add(volume.id);
  cloud.volumes.delete(volume.id);
  cloud.files.delete(volume.id);
}

export function dropSnapshot(cloud: Cloud, id: string): void {
  cloud.snapshots.delete(id);
  cloud.files.delete(id);
}

export function newImage(cloud: Cloud, kind: 'root' | 'data', taintedBy: string | undefined): string {
  const id = newId(cloud, 'img');
  cloud.images.set(id, { id, kind, enabled: true, taintedBy, used: false, stale: false });
  cloud.files.add(id);
  return id;
}

export const hasSnapshots = (cloud: Cloud, volume: string): boolean =>
  any(cloud.snapshots, (snapshot) => snapshot.volume === volume);

export const hasDataVolume = (cloud: Cloud, vm: string): boolean =>
  any(cloud.volumes, (volume) => volume.vm === vm && volume.kind === 'data');
