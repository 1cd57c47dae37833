/**
 * Answers as ZStack's published API reference has it: 202 with the address of a job, the job's result with 200 or 503, queries with
 * inventories, errors with code, description, details and cause. Behind it stands just enough of a cloud to keep to its rules.
 */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Thing {
  uuid: string;
  name: string;
  kind: 'zone' | 'offering' | 'disk' | 'vm' | 'volume' | 'snapshot' | 'image';
  state?: string;
  status?: string;
  type?: string;
  vmInstanceUuid?: string | undefined;
  rootVolumeUuid?: string;
  volumeUuid?: string;
}

interface ErrorCode {
  readonly code: string;
  readonly description: string;
  readonly details: string;
  readonly cause?: ErrorCode;
}

class Failure extends Error {
  constructor(readonly error: ErrorCode) {
    super(error.details);
  }
}

export interface ZStackServer {
  readonly url: string;
  readonly requests: string[];
  /** Looks at a job until it is done. */
  polls: number;
  /** The next call that changes something fails so. */
  breakNext: ErrorCode | undefined;
  stop(): Promise<void>;
}

export const ACCESS = { id: 'zTiAyzBpnCZe24sBLMbv', secret: 'CWEZBNNAREVNrrzxUmnbhI3xS9VNcxQ2hcUKS5wc' };
export const ACCOUNT = { name: 'admin', password: 'password' };
export const GIVEN = { image: uuid(), network: uuid(), primaryStorage: uuid(), backupStorage: uuid() };

function uuid(): string {
  return randomUUID().replaceAll('-', '');
}

export async function startZStackServer(): Promise<ZStackServer> {
  const things = new Map<string, Thing>();
  const jobs = new Map<string, { left: number; status: number; body: object }>();
  const sessions = new Set<string>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: ZStackServer = {
    url: `${origin}/zstack`,
    requests: [],
    polls: 2,
    breakNext: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    let text = '';
    for await (const chunk of request) text += chunk;
    const { pathname, searchParams } = new URL(request.url ?? '', origin);
    const path = pathname.replace(/^\/zstack\/v1/, '');
    const method = request.method ?? 'GET';
    self.requests.push(`${method} ${path}`);
    const body = text === '' ? {} : JSON.parse(text);
    if (path === '/accounts/login') return login(body, say);
    if (!isAllowed(request, method, path))
      return say(503, { error: error('ID.1001', 'Invalid session', 'no session') });
    if (path.startsWith('/accounts/sessions/')) {
      sessions.delete(path.split('/').at(-1) ?? '');
      return say(200, {});
    }
    const [, job] = /^\/api-jobs\/(.+)$/.exec(path) ?? [];
    if (job !== undefined) {
      const open = jobs.get(job);
      if (!open) return say(404, {});
      if (open.left-- > 0) return say(202, { location: `http://localhost:8080/zstack/v1/api-jobs/${job}` });
      return say(open.status, open.body);
    }
    if (method === 'GET') return say(200, { inventories: query(path, searchParams.getAll('q')) });
    const id = uuid();
    jobs.set(id, { left: self.polls, ...result(method, path, body) });
    // The management node names itself in its own words, with and without its context path.
    say(202, { location: `http://localhost:8080/v1/api-jobs/${id}` });
  }

  function login(
    body: { logInByAccount?: { accountName: string; password: string } },
    say: (s: number, b: object) => void,
  ) {
    const hashed = createHash('sha512').update(ACCOUNT.password).digest('hex');
    const { accountName, password } = body.logInByAccount ?? {};
    if (accountName !== ACCOUNT.name || password !== hashed)
      return say(503, { error: error('ID.1000', 'Authentication failed', 'wrong account name or password') });
    const session = uuid();
    sessions.add(session);
    say(200, { inventory: { uuid: session, accountUuid: uuid(), expiredDate: 'Nov 14, 2027 10:20:57 PM' } });
  }

  function isAllowed({ headers }: IncomingMessage, method: string, path: string): boolean {
    const [scheme, value = ''] = (headers.authorization ?? '').split(' ');
    if (scheme === 'OAuth') return sessions.has(value);
    const signed = `${method}\n${headers.date}\n/v1${path}`;
    const signature = createHmac('sha1', ACCESS.secret).update(signed).digest('base64');
    return scheme === 'ZStack' && value === `${ACCESS.id}:${signature}`;
  }

  function result(method: string, path: string, body: Record<string, Record<string, unknown>>) {
    try {
      const broken = self.breakNext;
      self.breakNext = undefined;
      if (broken) throw new Failure(broken);
      return { status: 200, body: change(method, path.slice(1).split('/'), body) };
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      return { status: 503, body: { error: failure.error } };
    }
  }

  function query(path: string, conditions: readonly string[]): Thing[] {
    const kind = KINDS[path.slice(1)];
    const [, like = ''] = /^name~=%(.*)%$/.exec(conditions[0] ?? '') ?? [];
    return [...things.values()].filter((thing) => thing.kind === kind && thing.name.includes(like));
  }

  function add(thing: Omit<Thing, 'uuid'>): Thing {
    const made = { ...thing, uuid: uuid() };
    things.set(made.uuid, made);
    return made;
  }

  function get(id: string | undefined, kind: Thing['kind']): Thing {
    const thing = things.get(id ?? '');
    if (thing?.kind === kind) return thing;
    throw new Failure(
      error('SYS.1007', 'One or more API argument is invalid', `invalid field[uuid], resource[uuid:${id}] not found`),
    );
  }

  function change(
    method: string,
    [first, second, ...rest]: string[],
    body: Record<string, Record<string, unknown>>,
  ): object {
    const params = body.params ?? {};
    const name = String(params.name ?? '');
    const [action = '', given = {}] = Object.entries(body)[0] ?? [];
    const route = `${method} ${[first, ...rest].join('/')}`;
    if (method === 'POST' && second === undefined) return { inventory: create(first ?? '', name, params) };
    if (method === 'POST' && first === 'volumes' && second === 'data')
      return { inventory: createVolume(name, rest[2]) };
    if (method === 'POST' && first === 'images') return { inventory: createImage(name, second, rest[2]) };
    if (route.startsWith('POST volumes/vm-instances'))
      return { inventory: attach(get(second, 'volume'), get(rest[1], 'vm')) };
    if (route === 'DELETE volumes/vm-instances') return { inventory: detach(get(second, 'volume')) };
    if (route === 'POST volumes/volume-snapshots') return { inventory: snapshot(name, get(second, 'volume')) };
    if (method === 'DELETE') return remove(KINDS[first ?? ''], second);
    if (method === 'PUT') return { inventory: acted(get(second, KINDS[first ?? ''] ?? 'vm'), action, given) };
    throw new Error(`the reference has no ${method} /${[first, second, ...rest].join('/')}`);
  }

  function create(path: string, name: string, params: Record<string, unknown>): Thing {
    const kind = KINDS[path];
    if (kind === undefined) throw new Error(`the reference has no POST /${path}`);
    if (kind !== 'vm') return add({ kind, name, state: 'Enabled' });
    const offering = get(String(params.instanceOfferingUuid), 'offering');
    if (offering.state !== 'Enabled') throw refused(`instance offering[uuid:${offering.uuid}] is Disabled`);
    const image = String(params.imageUuid);
    if (image !== GIVEN.image) usable(get(image, 'image'));
    const vm = add({ kind, name, state: 'Running' });
    const root = add({
      kind: 'volume',
      name: `ROOT-for-${name}`,
      type: 'Root',
      status: 'Ready',
      vmInstanceUuid: vm.uuid,
      state: 'Enabled',
    });
    vm.rootVolumeUuid = root.uuid;
    return vm;
  }

  function usable(image: Thing): void {
    if (image.status === 'Deleted') throw refused(`image[uuid:${image.uuid}] is Deleted`);
    if (image.state !== 'Enabled') throw refused(`image[uuid:${image.uuid}] is Disabled`);
  }

  function createVolume(name: string, template: string | undefined): Thing {
    if (template !== undefined) usable(get(template, 'image'));
    const status = template === undefined ? 'NotInstantiated' : 'Ready';
    return add({ kind: 'volume', name, type: 'Data', status, state: 'Enabled' });
  }

  function createImage(name: string, how: string | undefined, volume: string | undefined): Thing {
    get(volume, 'volume');
    const type = how === 'root-volume-templates' ? 'RootVolumeTemplate' : 'DataVolumeTemplate';
    return add({ kind: 'image', name, state: 'Enabled', status: 'Ready', type });
  }

  function attach(volume: Thing, vm: Thing): Thing {
    if (vm.state === 'Destroyed') throw wrongState(vm, 'APIAttachDataVolumeToVmMsg');
    if (volume.type === 'Root') throw refused(`the volume[uuid:${volume.uuid}] is not of type Data`);
    if (volume.vmInstanceUuid) throw refused(`data volume[uuid:${volume.uuid}] has been attached to some vm`);
    if (volume.status === 'Deleted') throw refused(`data volume[uuid:${volume.uuid}] is Deleted`);
    volume.vmInstanceUuid = vm.uuid;
    volume.status = 'Ready';
    return volume;
  }

  function detach(volume: Thing): Thing {
    if (volume.type === 'Root') throw refused('it is not allowed to detach a root volume');
    if (!volume.vmInstanceUuid) throw refused(`data volume[uuid:${volume.uuid}] is not attached to any vm`);
    volume.vmInstanceUuid = undefined;
    return volume;
  }

  function snapshot(name: string, volume: Thing): Thing {
    if (volume.status !== 'Ready') throw refused(`volume[uuid:${volume.uuid}] is not in status Ready`);
    return add({ kind: 'snapshot', name, state: 'Enabled', status: 'Ready', volumeUuid: volume.uuid });
  }

  function remove(kind: Thing['kind'] | undefined, id: string | undefined): object {
    const thing = things.get(id ?? '');
    if (thing === undefined) return {};
    if (kind === 'vm') {
      thing.state = 'Destroyed';
      for (const volume of things.values())
        if (volume.vmInstanceUuid === id && volume.type === 'Data') volume.vmInstanceUuid = undefined;
    } else if (kind === 'volume' || kind === 'image') thing.status = 'Deleted';
    else things.delete(thing.uuid);
    return {};
  }

  function acted(thing: Thing, action: string, given: Record<string, unknown>): Thing {
    const { kind, state, status } = thing;
    if (action.startsWith('change')) thing.state = given.stateEvent === 'enable' ? 'Enabled' : 'Disabled';
    else if (kind === 'vm') {
      const { from, to } = VM_ACTIONS[action] ?? { from: [], to: '' };
      if (!from.includes(state ?? '')) throw wrongState(thing, action);
      thing.state = to;
      if (action === 'expungeVmInstance') drop(thing.uuid, thing.rootVolumeUuid ?? '');
    } else if (kind === 'snapshot') {
      const vm = things.get(things.get(thing.volumeUuid ?? '')?.vmInstanceUuid ?? '');
      if (vm?.state === 'Running') throw refused('the VM of the volume is not Stopped');
    } else if (status !== 'Deleted') throw refused(`${kind}[uuid:${thing.uuid}] is not Deleted`);
    else if (action.startsWith('recover')) thing.status = 'Ready';
    else drop(thing.uuid);
    return thing;
  }

  function drop(...ids: readonly string[]): void {
    for (const { uuid: id, volumeUuid } of [...things.values()])
      if (ids.includes(id) || (volumeUuid !== undefined && ids.includes(volumeUuid))) things.delete(id);
  }
}

const KINDS: Readonly<Record<string, Thing['kind']>> = {
  zones: 'zone',
  'instance-offerings': 'offering',
  'disk-offerings': 'disk',
  'vm-instances': 'vm',
  volumes: 'volume',
  'volume-snapshots': 'snapshot',
  images: 'image',
};

const VM_ACTIONS: Readonly<Record<string, { from: readonly string[]; to: string }>> = {
  startVmInstance: { from: ['Created', 'Stopped'], to: 'Running' },
  stopVmInstance: { from: ['Running', 'Stopped'], to: 'Stopped' },
  rebootVmInstance: { from: ['Running'], to: 'Running' },
  recoverVmInstance: { from: ['Destroyed'], to: 'Stopped' },
  expungeVmInstance: { from: ['Destroyed'], to: 'Expunged' },
};

const error = (code: string, description: string, details: string, cause?: ErrorCode): ErrorCode => ({
  code,
  description,
  details,
  ...(cause ? { cause } : {}),
});

const refused = (details: string): Failure => new Failure(error('SYS.1006', 'An operation failed', details));

function wrongState({ state }: Thing, message: string): Failure {
  const details = `current vm instance state[${state}] doesn't allow to proceed message[${message}]`;
  return new Failure(
    error('VM.1001', 'Failed to start vm', details, error('VM.1010', 'VM is not in correct state', details)),
  );
}
