/** A small IaaS: what its management plane knows (records), and what lies below it (files on storage, addresses in use). */
import type { BugName } from './bugs.js';

export interface Host {
  readonly id: string;
  state: 'up' | 'down';
}
export interface Vm {
  readonly id: string;
  readonly name: string;
  state: 'running' | 'stopped' | 'destroyed';
  readonly root: string;
  /** Absent: it runs on the built-in host, which never fails. */
  host: string | undefined;
  reboots: number;
  /** Volume detached last; only the bug `sticky_attachment` looks at it. */
  detached: string | undefined;
  /** Host that failed under it; only the bug `split_brain` looks at it. */
  failedHost: string | undefined;
}
export interface Volume {
  readonly id: string;
  readonly name: string;
  readonly kind: 'root' | 'data';
  vm: string | undefined;
  /** Tip of its snapshot tree. */
  current: string | undefined;
  /** Only the bug `w7` looks at it. */
  readonly tainted: boolean;
  /** Only the bug `ghost_volume` looks at it. */
  hadSnapshot: boolean;
}
export interface Snapshot {
  readonly id: string;
  readonly volume: string;
  parent: string | undefined;
}
export interface Image {
  readonly id: string;
  readonly kind: 'root' | 'data';
  enabled: boolean;
  /** VM whose snapshotted root volume it was made of; only the bug `w7` looks at it. */
  readonly taintedBy: string | undefined;
  used: boolean;
  stale: boolean;
}
export interface Network {
  readonly id: string;
  readonly prefix: string;
  readonly free: string[];
  next: number;
  hadVip: boolean;
}
export interface Nic {
  readonly id: string;
  readonly vm: string;
  readonly network: string;
  readonly address: string;
  group: string | undefined;
}
export interface Vip {
  readonly id: string;
  readonly network: string;
  readonly address: string;
  vm: string | undefined;
  pinned: boolean;
}
export interface Group {
  readonly id: string;
}
export interface Rule {
  readonly id: string;
  readonly group: string;
  readonly port: number;
}

export interface Cloud {
  readonly bugs: ReadonlySet<BugName>;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly hosts: Map<string, Host>;
  readonly vms: Map<string, Vm>;
  readonly volumes: Map<string, Volume>;
  readonly snapshots: Map<string, Snapshot>;
  readonly images: Map<string, Image>;
  readonly networks: Map<string, Network>;
  readonly nics: Map<string, Nic>;
  readonly vips: Map<string, Vip>;
  readonly groups: Map<string, Group>;
  readonly rules: Map<string, Rule>;
  /** Volumes deleted after they had a snapshot; only the bug `ghost_volume` looks at them. */
  readonly ghosts: Set<string>;
  /** Files on storage, by the id of their owner. */
  readonly files: Set<string>;
  /** Addresses in use, each with the id of its holder. */
  readonly addresses: { readonly address: string; readonly holder: string }[];
  made: number;
}

export function createCloud(bugs: ReadonlySet<BugName>, random: () => number): Cloud {
  return {
    bugs,
    random,
    hosts: new Map(),
    vms: new Map(),
    volumes: new Map(),
    snapshots: new Map(),
    images: new Map(),
    networks: new Map(),
    nics: new Map(),
    vips: new Map(),
    groups: new Map(),
    rules: new Map(),
    ghosts: new Set(),
    files: new Set(),
    addresses: [],
    made: 0,
  };
}

/** An id as such systems give them: the kind, and hexadecimal digits that differ from run to run. */
export function newId(cloud: Cloud, kind: string): string {
  cloud.made += 1;
  const noise = Math.floor(cloud.random() * 0x10000);
  return `${kind}-${cloud.made.toString(16).padStart(4, '0')}${noise.toString(16).padStart(4, '0')}`;
}

export function takeAddress(cloud: Cloud, network: Network, holder: string): string {
  const address = network.free.shift() ?? `${network.prefix}.${network.next++}`;
  cloud.addresses.push({ address, holder });
  return address;
}

export function giveAddressBack(cloud: Cloud, network: Network | undefined, holder: string): void {
  const at = cloud.addresses.findIndex((use) => use.holder === holder);
  const [use] = at < 0 ? [] : cloud.addresses.splice(at, 1);
  if (!use || !network) return;
  network.free.push(use.address);
  if (cloud.bugs.has('address_twice')) network.free.push(use.address);
}
