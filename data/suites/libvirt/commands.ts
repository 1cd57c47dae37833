/** Each action of the suite as commands of virsh. */
import { existsSync, rmSync } from 'node:fs';
import type { ActParams, ActResult } from '../../../src/woodpecker/drivers/protocol.js';
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';
import type { Names } from './names.js';
import type { Session } from './session.js';

/** What a walk has made, as far as libvirt does not keep it. */
export interface Records {
  /** The XML that defines a domain, a network or a pool, by UUID. */
  readonly files: Map<string, string>;
  /** Bytes asked for, by the id of a volume. */
  readonly sizes: Map<string, number>;
  /** The last mark to start with the host, by `kind:uuid` of what it is on. */
  readonly marked: Map<string, string>;
}

export interface Tools {
  readonly session: Session;
  readonly names: Names;
  readonly records: Records;
}

interface Call extends Tools {
  /** The id of what a role takes. */
  id(role: string): string;
  /** The parts of an id that has two: `uuid/snapshot`, `pool/volume`, `kind:uuid`. */
  parts(role: string): readonly [string, string];
  readonly args: ActParams['args'];
  do(command: string, strictly?: boolean): Promise<void>;
}

type Made = Promise<ActResult['ids'] | undefined>;
type Act = (call: Call) => Made | Promise<void>;

const define = (kind: 'domain' | 'network' | 'pool', command: string) =>
  async function make({ names, records, do: run }: Call): Made {
    const { uuid, file } = names.define(kind);
    await run(`${command} ${file}`);
    records.files.set(uuid, file);
    return { [kind]: uuid };
  };

/** One command about one thing. */
const on =
  (role: string, command: (id: string) => string, strictly = false): Act =>
  ({ id, do: run }) =>
    run(command(id(role)), strictly);

const redefine =
  (role: 'domain' | 'network', command: string): Act =>
  ({ id, records, do: run }) =>
    run(`${command} ${records.files.get(id(role)) ?? ''}`);

const dropSnapshot =
  (flag: string): Act =>
  ({ id, parts, do: run }) =>
    run(`snapshot-delete ${id('domain')} ${parts('snapshot')[1]}${flag}`);

const revert =
  (flag: string): Act =>
  ({ id, parts, do: run }) =>
    run(`snapshot-revert ${id('domain')} ${parts('snapshot')[1]}${flag}`);

const snapshot = (flag: string) =>
  async function make({ id, names, do: run }: Call): Made {
    const name = names.next('snapshot');
    await run(`snapshot-create-as ${id('domain')} ${name}${flag}`);
    return { snapshot: `${id('domain')}/${name}` };
  };

const AUTOSTART = { domain: 'autostart', network: 'net-autostart', pool: 'pool-autostart' } as const;

const mark = (kind: keyof typeof AUTOSTART): Act =>
  async function set({ id, records, names, do: run }: Call): Made {
    await run(`${AUTOSTART[kind]} ${id(kind)}`);
    const thing = `${kind}:${id(kind)}`;
    const autostart = `${thing}:${names.next('mark')}`;
    records.marked.set(thing, autostart);
    return { autostart };
  };

async function save({ id, names, do: run }: Call): Made {
  const savefile = names.savefile();
  await run(`save ${id('domain')} ${savefile}`);
  return { savefile };
}

const ACTS: Readonly<Record<string, Act>> = {
  define_domain: define('domain', 'define'),
  create_domain: define('domain', 'create'),
  persist_domain: redefine('domain', 'define'),
  start_domain: on('domain', (id) => `start ${id}`),
  boot_domain: on('domain', (id) => `start ${id} --force-boot`),
  shut_down_domain: on('domain', (id) => `shutdown ${id}`),
  shut_down_domain_strictly: on('domain', (id) => `shutdown ${id}`, true),
  destroy_domain: on('domain', (id) => `destroy ${id}`),
  suspend_domain: on('domain', (id) => `suspend ${id}`),
  suspend_domain_strictly: on('domain', (id) => `suspend ${id}`, true),
  resume_domain: on('domain', (id) => `resume ${id}`),
  resume_domain_strictly: on('domain', (id) => `resume ${id}`, true),
  reboot_domain: on('domain', (id) => `reboot ${id}`),
  reset_domain: on('domain', (id) => `reset ${id}`),
  async rename_domain({ id, names, records, do: run }) {
    const { name, file } = names.renamed('domain', id('domain'));
    await run(`domrename ${id('domain')} ${name}`);
    records.files.set(id('domain'), file);
  },
  undefine_domain: on('domain', (id) => `undefine ${id}`),
  undefine_running_domain: on('domain', (id) => `undefine ${id}`),
  undefine_domain_with_all: on('domain', (id) => `undefine ${id} --managed-save --snapshots-metadata`),

  managed_save: on('domain', (id) => `managedsave ${id}`),
  managed_save_paused: on('domain', (id) => `managedsave ${id}`),
  managed_save_to_paused: on('domain', (id) => `managedsave ${id} --paused`),
  remove_managed_save: on('domain', (id) => `managedsave-remove ${id}`),
  save_domain: save,
  save_paused_domain: save,
  restore_domain: on('savefile', (file) => `restore ${file}`),
  async discard_savefile({ id, session }) {
    const file = id('savefile');
    if (!existsSync(file)) throw new DriverError('refused', 'there is no such file');
    await session.aside(() => rmSync(file, { force: true }));
  },

  create_snapshot: snapshot(''),
  create_snapshot_and_halt: snapshot(' --halt'),
  make_snapshot_current: ({ id, parts, do: run }) => run(`snapshot-current ${id('domain')} ${parts('snapshot')[1]}`),
  revert_domain: revert(''),
  revert_and_run: revert(' --running'),
  revert_to_off_and_run: revert(' --running'),
  revert_and_pause: revert(' --paused'),
  delete_snapshot: dropSnapshot(''),
  delete_snapshot_tree: dropSnapshot(' --children'),
  delete_snapshot_children: dropSnapshot(' --children-only'),

  define_network: define('network', 'net-define'),
  create_network: define('network', 'net-create'),
  persist_network: redefine('network', 'net-define'),
  start_network: on('network', (id) => `net-start ${id}`),
  destroy_network: on('network', (id) => `net-destroy ${id}`),
  undefine_active_network: on('network', (id) => `net-undefine ${id}`),
  undefine_network: on('network', (id) => `net-undefine ${id}`),

  define_pool: define('pool', 'pool-define'),
  create_pool: define('pool', 'pool-create'),
  build_pool: on('pool', (id) => `pool-build ${id}`),
  start_pool: on('pool', (id) => `pool-start ${id}`),
  refresh_pool: on('pool', (id) => `pool-refresh ${id}`),
  destroy_pool: on('pool', (id) => `pool-destroy ${id}`),
  delete_pool: on('pool', (id) => `pool-delete ${id}`),
  undefine_pool: on('pool', (id) => `pool-undefine ${id}`),
  async create_volume({ id, names, args, records, do: run }) {
    const name = names.next('volume');
    const bytes = Number(args.bytes);
    await run(`vol-create-as ${id('pool')} ${name} ${bytes}`);
    const volume = `${id('pool')}/${name}`;
    records.sizes.set(volume, bytes);
    return { volume };
  },
  async clone_volume({ id, parts, names, records, do: run }) {
    const [pool, volume] = parts('volume');
    const name = names.next('volume');
    await run(`vol-clone ${volume} ${name} --pool ${pool}`);
    const copy = `${pool}/${name}`;
    records.sizes.set(copy, records.sizes.get(id('volume')) ?? 0);
    return { copy };
  },
  delete_volume: ({ parts: of, do: run }) => run(`vol-delete ${of('volume')[1]} --pool ${of('volume')[0]}`),

  autostart_domain: mark('domain'),
  autostart_network: mark('network'),
  autostart_pool: mark('pool'),
  stop_autostart({ parts, do: run }) {
    const [kind, uuid] = parts('autostart');
    return run(`${AUTOSTART[kind as keyof typeof AUTOSTART]} ${uuid} --disable`);
  },
};

/** Does a step. Returns the ids of what it made. */
export async function act(tools: Tools, { action, takes, args, timeoutMs }: ActParams): Promise<ActResult['ids']> {
  const run = ACTS[action];
  if (!run) throw new DriverError('broken', `there is no action ${action}`);
  const id = (role: string): string => takes[role]?.id ?? '';
  const parts = (role: string): readonly [string, string] => {
    const [first = '', second = ''] = id(role).split(/[/:]/);
    return [first, second];
  };
  const made = await run({
    ...tools,
    id,
    parts,
    args,
    do: (command, strictly) => tools.session.do(command, timeoutMs, strictly),
  });
  return made ?? {};
}
