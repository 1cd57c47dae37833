import { leftovers, listed } from './audit.js';
import type { Cloud } from './cloud.js';
import { isOpen, type Jobs } from './jobs.js';
import type { Ids } from './operation.js';

/** Most turns that one job of the tear-down may take. */
const PATIENCE = 100;

/** Removes everything through the API, users before what they use, and tells what is there afterwards. */
export function tearDown(cloud: Cloud, jobs: Jobs): string[] {
  const run = (operation: string, takes: Ids): void => {
    const job = jobs.submit(operation, takes, { force: true });
    for (let turn = 0; turn < PATIENCE && isOpen(job); turn++) jobs.advance(job);
  };
  for (const vip of [...cloud.vips.values()]) {
    if (vip.vm !== undefined) run('unbind_vip', { vip: vip.id });
    run('release_vip', { vip: vip.id });
  }
  for (const nic of [...cloud.nics.keys()]) run('detach_nic', { nic });
  for (const group of [...cloud.groups.keys()]) run('delete_group', { group });
  for (const network of [...cloud.networks.keys()]) run('delete_network', { network });
  for (const snapshot of [...cloud.snapshots.keys()]) run('delete_snapshot', { snapshot });
  for (const volume of [...cloud.volumes.values()]) {
    if (volume.kind === 'root') continue;
    if (volume.vm !== undefined) run('detach_volume', { volume: volume.id });
    run('delete_volume', { volume: volume.id });
  }
  for (const vm of [...cloud.vms.keys()]) run('destroy_vm', { vm });
  for (const image of [...cloud.images.keys()]) run('delete_image', { image });
  for (const host of [...cloud.hosts.keys()]) run('remove_host', { host });
  return [...listed(cloud).map((id) => `${id.split('-')[0]} ${id} is still there`), ...leftovers(cloud)];
}
