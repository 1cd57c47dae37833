/** Each action of the suite as a call of the API. */
import type { ActParams, ActResult } from '../../../src/woodpecker/drivers/protocol.js';
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';
import { type Client, type Inventory, inventoryIn, type Method } from './client.js';
import type { ZStackOptions } from './options.js';

export interface Tools {
  readonly client: Client;
  readonly options: ZStackOptions;
  /** What the names of everything that this walk makes begin with. */
  readonly tag: string;
  /** The disk offering that data volumes are made by. */
  readonly diskOffering: string;
}

interface Call extends Tools {
  id(role: string): string;
  readonly name: string;
  readonly args: ActParams['args'];
  call(method: Method, path: string, body?: object): Promise<unknown>;
  /** Makes something with `params`, and returns it. */
  make(path: string, params: object): Promise<Inventory>;
}

type Act = (call: Call) => Promise<ActResult['ids'] | undefined>;

/** `PUT …/actions` with one action in the body. */
const act =
  (role: string, path: string, action: string, params: object = {}): Act =>
  async ({ id, call }) => {
    await call('PUT', `/${path}/${id(role)}/actions`, { [action]: params });
    return undefined;
  };

const remove =
  (role: string, path: string): Act =>
  async ({ id, call }) => {
    await call('DELETE', `/${path}/${id(role)}`);
    return undefined;
  };

const make =
  (role: string, path: (call: Call) => string, params: (call: Call) => object = () => ({})): Act =>
  async (call) => {
    const { uuid } = await call.make(path(call), { name: call.name, ...params(call) });
    return { [role]: uuid };
  };

const makeVm =
  (image: (call: Call) => string): Act =>
  async (call) => {
    const { uuid, rootVolumeUuid } = await call.make('/vm-instances', {
      name: call.name,
      instanceOfferingUuid: call.id('offering'),
      imageUuid: image(call),
      l3NetworkUuids: [call.options.network],
    });
    return { vm: uuid, ...(rootVolumeUuid ? { root: rootVolumeUuid } : {}) };
  };

const enable = { stateEvent: 'enable' };
const disable = { stateEvent: 'disable' };

const ACTS: Readonly<Record<string, Act>> = {
  create_zone: make('zone', () => '/zones'),
  disable_zone: act('zone', 'zones', 'changeZoneState', disable),
  enable_zone: act('zone', 'zones', 'changeZoneState', enable),
  delete_zone: remove('zone', 'zones'),
  create_offering: make(
    'offering',
    () => '/instance-offerings',
    ({ args }) => ({ cpuNum: args.cpus, memorySize: args.memory }),
  ),
  disable_offering: act('offering', 'instance-offerings', 'changeInstanceOfferingState', disable),
  enable_offering: act('offering', 'instance-offerings', 'changeInstanceOfferingState', enable),
  delete_offering: remove('offering', 'instance-offerings'),

  create_vm: makeVm(({ options }) => options.image),
  create_vm_from: makeVm(({ id }) => id('image')),
  stop_vm: act('vm', 'vm-instances', 'stopVmInstance'),
  start_vm: act('vm', 'vm-instances', 'startVmInstance'),
  reboot_vm: act('vm', 'vm-instances', 'rebootVmInstance'),
  destroy_vm: remove('vm', 'vm-instances'),
  recover_vm: act('vm', 'vm-instances', 'recoverVmInstance'),
  expunge_vm: act('vm', 'vm-instances', 'expungeVmInstance'),

  create_volume: make(
    'volume',
    () => '/volumes/data',
    ({ diskOffering }) => ({ diskOfferingUuid: diskOffering }),
  ),
  async attach_volume({ id, call }) {
    await call('POST', `/volumes/${id('volume')}/vm-instances/${id('vm')}`, { params: {} });
    return undefined;
  },
  async detach_volume({ id, call }) {
    await call('DELETE', `/volumes/${id('volume')}/vm-instances`);
    return undefined;
  },
  delete_volume: remove('volume', 'volumes'),
  recover_volume: act('volume', 'volumes', 'recoverDataVolume'),
  expunge_volume: act('volume', 'volumes', 'expungeDataVolume'),
  create_snapshot: make('snapshot', ({ id }) => `/volumes/${id('volume')}/volume-snapshots`),
  delete_snapshot: remove('snapshot', 'volume-snapshots'),
  revert_volume: act('snapshot', 'volume-snapshots', 'revertVolumeFromSnapshot'),

  create_image: make(
    'image',
    ({ id }) => `/images/root-volume-templates/from/volumes/${id('volume')}`,
    ({ options }) => ({ backupStorageUuids: [options.backupStorage] }),
  ),
  create_template: make(
    'image',
    ({ id }) => `/images/data-volume-templates/from/volumes/${id('volume')}`,
    ({ options }) => ({ backupStorageUuids: [options.backupStorage] }),
  ),
  volume_from_image: make(
    'volume',
    ({ id }) => `/volumes/data/from/data-volume-templates/${id('image')}`,
    ({ options }) => ({ primaryStorageUuid: options.primaryStorage }),
  ),
  disable_image: act('image', 'images', 'changeImageState', disable),
  enable_image: act('image', 'images', 'changeImageState', enable),
  delete_image: remove('image', 'images'),
  recover_image: act('image', 'images', 'recoverImage'),
  expunge_image: act('image', 'images', 'expungeImage'),
};

/** Does a step. Returns the ids of what it made. */
export async function perform(tools: Tools, params: ActParams): Promise<ActResult['ids']> {
  const { action, takes, args, index, timeoutMs } = params;
  const run = ACTS[action];
  if (!run) throw new DriverError('broken', `there is no action ${action}`);
  const { client, tag } = tools;
  const ids = await run({
    ...tools,
    args,
    name: `${tag}-${index}`,
    id: (role) => takes[role]?.id ?? '',
    call: (method, path, body) => client.call(method, path, body, timeoutMs),
    make: async (path, given) => inventoryIn(await client.call('POST', path, { params: given }, timeoutMs)),
  });
  return ids ?? {};
}
