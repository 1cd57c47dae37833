/** What the API shows of everything that bears the walk's name. */
import type { Client, Inventory } from './client.js';

export interface Sight {
  readonly vms: readonly Inventory[];
  readonly volumes: readonly Inventory[];
  readonly snapshots: readonly Inventory[];
  readonly images: readonly Inventory[];
  readonly zones: readonly Inventory[];
  readonly offerings: readonly Inventory[];
}

const PATHS = {
  vms: '/vm-instances',
  volumes: '/volumes',
  snapshots: '/volume-snapshots',
  images: '/images',
  zones: '/zones',
  offerings: '/instance-offerings',
} as const satisfies Record<keyof Sight, string>;

/** Root volumes are named after their VM, so all of them are found by the name in the middle. */
export async function look(client: Client, tag: string): Promise<Sight> {
  const [vms, volumes, snapshots, images, zones, offerings] = await Promise.all([
    client.query(PATHS.vms, `name~=%${tag}%`),
    client.query(PATHS.volumes, `name~=%${tag}%`),
    client.query(PATHS.snapshots, `name~=%${tag}%`),
    client.query(PATHS.images, `name~=%${tag}%`),
    client.query(PATHS.zones, `name~=%${tag}%`),
    client.query(PATHS.offerings, `name~=%${tag}%`),
  ]);
  return { vms, volumes, snapshots, images, zones, offerings };
}

const isRoot = ({ type }: Inventory): boolean => type === 'Root';

/** The state of what goes by this handle and id, in the suite's words; undefined where nothing certain can be said. */
export function stateIn(sight: Sight, handle: string, id: string): string | undefined {
  const found = (all: readonly Inventory[]) => all.find(({ uuid }) => uuid === id);
  const stateOf = (one: Inventory | undefined): string => one?.state?.toLowerCase() ?? (one ? 'stateless' : 'gone');
  switch (handle.slice(0, handle.indexOf('#'))) {
    case 'vm':
      return stateOf(found(sight.vms));
    case 'zone':
      return stateOf(found(sight.zones));
    case 'offering':
      return stateOf(found(sight.offerings));
    case 'snapshot':
      return stateOf(found(sight.snapshots));
    case 'image': {
      const image = found(sight.images);
      return image?.status === 'Deleted' ? 'deleted' : stateOf(image);
    }
    case 'volume': {
      const volume = found(sight.volumes);
      if (!volume) return 'gone';
      // The root volume of a destroyed VM waits with it; how that shows depends on the version.
      if (isRoot(volume)) return isWaiting(sight, volume) ? undefined : 'attached';
      if (volume.status === 'Deleted') return 'deleted';
      return volume.vmInstanceUuid ? 'attached' : 'free';
    }
    default:
      return undefined;
  }
}

function isWaiting(sight: Sight, { vmInstanceUuid, uuid }: Inventory): boolean {
  const vm = sight.vms.find((one) => one.uuid === vmInstanceUuid || one.rootVolumeUuid === uuid);
  return vm === undefined || vm.state === 'Destroyed';
}

export function idsIn(sight: Sight): string[] {
  return Object.values(sight).flatMap((all: readonly Inventory[]) => all.map(({ uuid }) => uuid));
}

/** The checks that the suite names: each returns what is wrong, or nothing. */
export const CHECKS: Readonly<Record<string, (sight: Sight) => string | undefined>> = {
  roots({ vms, volumes }) {
    for (const { uuid, state, rootVolumeUuid } of vms)
      if (state !== 'Destroyed' && !volumes.some((volume) => volume.uuid === rootVolumeUuid))
        return `VM ${uuid} has no root volume`;
    for (const volume of volumes.filter(isRoot))
      if (!vms.some(({ rootVolumeUuid }) => rootVolumeUuid === volume.uuid))
        return `root volume ${volume.uuid} has no VM`;
    return undefined;
  },
  jobs(sight) {
    for (const [kind, all] of Object.entries(sight))
      for (const { uuid, state, status } of all as readonly Inventory[])
        for (const word of [state, status])
          if (word?.endsWith('ing') && word !== 'Running') return `one of the ${kind}, ${uuid}, stays ${word}`;
    return undefined;
  },
};
