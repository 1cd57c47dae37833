/** What libvirt shows of everything, in one turn. */
import { existsSync } from 'node:fs';
import type { Session } from './session.js';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** States of domains, networks and pools, by UUID; what is marked to start with the host; and the inside of some of them. */
export interface Sight {
  readonly domains: ReadonlyMap<string, string>;
  readonly networks: ReadonlyMap<string, string>;
  readonly pools: ReadonlyMap<string, string>;
  /** `kind:uuid`. */
  readonly marks: ReadonlySet<string>;
  /** `current` or `plain`, by `uuid/snapshot`. */
  readonly snapshots: ReadonlyMap<string, string>;
  /** `pool/volume`, of pools that are active. */
  readonly volumes: ReadonlySet<string>;
}

const LISTS: readonly (readonly ['domains' | 'networks' | 'pools', string, string])[] = [
  ['domains', 'running', 'list --uuid --state-running'],
  ['domains', 'paused', 'list --uuid --state-paused'],
  ['domains', 'shutoff', 'list --uuid --inactive --without-managed-save'],
  ['domains', 'saved', 'list --uuid --inactive --with-managed-save'],
  // States that no step asks for: a domain in one of them is not lost sight of.
  ['domains', 'other', 'list --uuid --state-other'],
  ['networks', 'active', 'net-list --uuid'],
  ['networks', 'inactive', 'net-list --uuid --inactive'],
  ['pools', 'active', 'pool-list --uuid'],
  ['pools', 'inactive', 'pool-list --uuid --inactive'],
];
const MARKS: readonly (readonly [string, string])[] = [
  ['domain', 'list --all --uuid --autostart'],
  ['network', 'net-list --all --uuid --autostart'],
  ['pool', 'pool-list --all --uuid --autostart'],
];

/** Looks at everything; inside, only at these domains and pools. */
export async function look(session: Session, inside: (uuid: string) => boolean): Promise<Sight> {
  const outputs = await session.look([...LISTS.map(([, , list]) => list), ...MARKS.map(([, list]) => list)]);
  const sight = { domains: new Map(), networks: new Map(), pools: new Map() };
  LISTS.forEach(([what, state], i) => {
    for (const [uuid] of outputs[i]?.matchAll(UUID) ?? []) sight[what].set(uuid, state);
  });
  const marks = new Set<string>();
  MARKS.forEach(([kind], i) => {
    for (const [uuid] of outputs[LISTS.length + i]?.matchAll(UUID) ?? []) marks.add(`${kind}:${uuid}`);
  });
  const domains = [...sight.domains.keys()].filter(inside);
  const pools = [...sight.pools].flatMap(([uuid, state]) => (state === 'active' && inside(uuid) ? [uuid] : []));
  return { ...sight, marks, ...(await insides(session, domains, pools)) };
}

async function insides(session: Session, domains: readonly string[], pools: readonly string[]) {
  const outputs = await session.look([
    ...domains.map((uuid) => `snapshot-list ${uuid} --name`),
    ...domains.map((uuid) => `snapshot-current ${uuid} --name`),
    ...pools.map((uuid) => `vol-list ${uuid}`),
  ]);
  const snapshots = new Map<string, string>();
  domains.forEach((uuid, i) => {
    const current = outputs[domains.length + i]?.trim();
    for (const name of linesOf(outputs[i])) snapshots.set(`${uuid}/${name}`, name === current ? 'current' : 'plain');
  });
  const volumes = new Set<string>();
  pools.forEach((uuid, i) => {
    for (const line of linesOf(outputs[2 * domains.length + i])) volumes.add(`${uuid}/${line.split(/\s/)[0]}`);
  });
  return { snapshots, volumes };
}

export const linesOf = (output = ''): string[] =>
  output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('error: '));

/** The state of what goes by this handle and id; undefined where it cannot be seen now. */
export function stateIn(sight: Sight, handle: string, id: string): string | undefined {
  switch (handle.slice(0, handle.indexOf('#'))) {
    case 'domain':
      return sight.domains.get(id) ?? 'gone';
    case 'network':
      return sight.networks.get(id) ?? 'gone';
    case 'pool':
      return sight.pools.get(id) ?? 'gone';
    case 'autostart':
      return sight.marks.has(id) ? 'set' : 'gone';
    case 'snapshot':
      return sight.snapshots.get(id) ?? 'gone';
    case 'savefile':
      return existsSync(id) ? 'there' : 'gone';
    case 'volume':
      // The volumes of a pool that is not active are nowhere to be seen.
      if (sight.pools.get(id.slice(0, id.indexOf('/'))) === 'inactive') return undefined;
      return sight.volumes.has(id) ? 'there' : 'gone';
    default:
      return undefined;
  }
}

/** Everything that has an id, of what a sight shows. */
export function idsIn(sight: Sight): string[] {
  const { domains, networks, pools, snapshots, marks, volumes } = sight;
  return [...domains.keys(), ...networks.keys(), ...pools.keys(), ...snapshots.keys(), ...marks, ...volumes];
}

/** By handle, and what nobody made. */
export interface Shown {
  readonly states: Readonly<Record<string, string>>;
  readonly foreign: readonly string[];
}
