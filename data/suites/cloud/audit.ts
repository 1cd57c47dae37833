/** Looks at the small IaaS from below its API: what states it shows, what is on its storage, which addresses are in use. */
import type { Cloud } from './cloud.js';

/** The state that the API shows for an id; `gone` for one that it does not know. */
export function shownState(cloud: Cloud, id: string): string {
  switch (id.slice(0, id.indexOf('-'))) {
    case 'vm':
      return cloud.vms.get(id)?.state ?? 'gone';
    case 'host':
      return cloud.hosts.get(id)?.state ?? 'gone';
    case 'vol': {
      const volume = cloud.volumes.get(id);
      if (!volume) return 'gone';
      return volume.vm === undefined ? 'free' : 'attached';
    }
    case 'img': {
      const image = cloud.images.get(id);
      if (!image) return 'gone';
      return image.enabled && !image.stale ? 'enabled' : 'disabled';
    }
    case 'vip': {
      const vip = cloud.vips.get(id);
      if (!vip) return 'gone';
      return vip.vm === undefined ? 'free' : 'bound';
    }
    case 'nic': {
      const nic = cloud.nics.get(id);
      if (!nic) return 'gone';
      return nic.group === undefined ? 'open' : 'secured';
    }
    default:
      return exists(cloud, id) ? 'ready' : 'gone';
  }
}

function exists(cloud: Cloud, id: string): boolean {
  return [cloud.snapshots, cloud.networks, cloud.groups, cloud.rules].some((records) => records.has(id));
}

/** Every id that a listing through the API shows. */
export function listed(cloud: Cloud): string[] {
  const { hosts, vms, volumes, snapshots, images, networks, nics, vips, groups, rules } = cloud;
  const all = [hosts, vms, volumes, snapshots, images, networks, nics, vips, groups, rules];
  const ids = all.flatMap((records) => [...records.keys()]);
  if (cloud.bugs.has('foreign_group') && cloud.networks.size >= 2 && cloud.groups.size > 0)
    ids.push('sg-of-another-tenant');
  return ids;
}

/** The checks that the suite names: each returns what is wrong, or nothing. */
export const CHECKS: Readonly<Record<string, (cloud: Cloud) => string | undefined>> = {
  addresses(cloud) {
    const holders = new Map<string, string>();
    for (const { address, holder } of cloud.addresses) {
      const other = holders.get(address);
      if (other !== undefined) return `address ${address} is held by ${other} and by ${holder}`;
      holders.set(address, holder);
    }
    return undefined;
  },
  storage(cloud) {
    for (const [what, records] of [
      ['volume', cloud.volumes],
      ['snapshot', cloud.snapshots],
      ['image', cloud.images],
    ] as const) {
      for (const id of records.keys()) if (!cloud.files.has(id)) return `${what} ${id} has no file`;
    }
    for (const file of cloud.files) {
      if (!cloud.volumes.has(file) && !cloud.snapshots.has(file) && !cloud.images.has(file))
        return `file ${file} belongs to nothing`;
    }
    return undefined;
  },
  placement(cloud) {
    for (const vm of cloud.vms.values()) {
      if (vm.state === 'running' && vm.host !== undefined && cloud.hosts.get(vm.host)?.state !== 'up')
        return `VM ${vm.id} runs on host ${vm.host}, which is not up`;
    }
    return undefined;
  },
  chains(cloud) {
    for (const snapshot of cloud.snapshots.values()) {
      if (snapshot.parent !== undefined && !cloud.snapshots.has(snapshot.parent))
        return `snapshot ${snapshot.id} hangs on ${snapshot.parent}, which is gone`;
      if (!cloud.volumes.has(snapshot.volume)) return `snapshot ${snapshot.id} has no volume`;
    }
    return undefined;
  },
};

/** Addresses and files whose owner is gone. */
export function leftovers(cloud: Cloud): string[] {
  const addresses = cloud.addresses
    .filter(({ holder }) => !cloud.nics.has(holder) && !cloud.vips.has(holder))
    .map(({ address, holder }) => `address ${address} of ${holder}`);
  const files = [...cloud.files]
    .filter((id) => !cloud.volumes.has(id) && !cloud.snapshots.has(id) && !cloud.images.has(id))
    .map((id) => `file ${id}`);
  return [...addresses, ...files];
}
