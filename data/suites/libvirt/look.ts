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

/** What to look inside: domains for their snapshots, pools for their volumes. What is not there, or not active, shows nothing. */
export interface Inside {
  readonly domains: readonly string[];
  readonly pools: readonly string[];
}

/** One turn, however much there is to see. */
export async function look(session: Session, { domains, pools }: Inside): Promise<Sight> {
  const commands = [
    ...LISTS.map(([, , list]) => list),
    ...MARKS.map(([, list]) => list),
    ...domains.map((uuid) => `snapshot-list ${uuid} --name`),
    ...domains.map((uuid) => `snapshot-current ${uuid} --name`),
    ...pools.map((uuid) => `vol-list ${uuid}`),
  ];
  const outputs = (await session.look(commands)).values();
  const next = (): string => outputs.next().value ?? '';
  const sight = { domains: new Map(), networks: new Map(), pools: new Map() };
  for (const [what, state] of LISTS) for (const [uuid] of next().matchAll(UUID)) sight[what].set(uuid, state);
  const marks = new Set<string>();
  for (const [kind] of MARKS) for (const [uuid] of next().matchAll(UUID)) marks.add(`${kind}:${uuid}`);
  const names = domains.map(() => linesOf(next()));
  const snapshots = new Map<string, string>();
  for (const [i, uuid] of domains.entries()) {
    const [current] = linesOf(next());
    for (const name of names[i] ?? []) snapshots.set(`${uuid}/${name}`, name === current ? 'current' : 'plain');
  }
  const volumes = new Set<string>();
  for (const uuid of pools) for (const line of linesOf(next())) volumes.add(`${uuid}/${line.split(/\s/)[0]}`);
  return { ...sight, marks, snapshots, volumes };
}

export const linesOf = (output = ''): string[] =>
  output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('error: '));

/** `kind:uuid` of what a mark, `kind:uuid:number`, is on. */
export const thingOf = (mark: string): string => mark.slice(0, mark.lastIndexOf(':'));

/** The state of what goes by this handle and id; undefined where it cannot be seen now. `marked` is the last mark on each thing. */
export function stateIn(
  sight: Sight,
  marked: ReadonlyMap<string, string>,
  handle: string,
  id: string,
): string | undefined {
  switch (handle.slice(0, handle.indexOf('#'))) {
    case 'domain':
      return sight.domains.get(id) ?? 'gone';
    case 'network':
      return sight.networks.get(id) ?? 'gone';
    case 'pool':
      return sight.pools.get(id) ?? 'gone';
    case 'autostart':
      // Only the mark that was set last can still be there: those before it were taken away.
      return sight.marks.has(thingOf(id)) && marked.get(thingOf(id)) === id ? 'set' : 'gone';
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
export function idsIn(
  { domains, networks, pools, snapshots, marks, volumes }: Sight,
  marked: ReadonlyMap<string, string>,
) {
  const set = [...marks].map((thing) => marked.get(thing) ?? thing);
  return [...domains.keys(), ...networks.keys(), ...pools.keys(), ...snapshots.keys(), ...set, ...volumes];
}

/** By handle, and what nobody made. */
export interface Shown {
  readonly states: Readonly<Record<string, string>>;
  readonly foreign: readonly string[];
}
