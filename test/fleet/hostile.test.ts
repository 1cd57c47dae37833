/** What anybody on the network, and what a lender with a modified worker, may send. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_BODY, MAX_TEXT } from '../../src/fleet/protocol.js';
import { API_ERRORS } from '../../src/fleet/refused.js';
import { HEADERS } from '../../src/fleet/signing.js';
import type { HttpLimits } from '../../src/platform/http-limits.js';
import { makeCertificate } from '../support/certificate.js';
import { type Coordinator, startCoordinator } from '../support/coordinator.js';
import { DIGEST, failing, hunt, passing } from '../support/fleet.js';
import { facts, keyPair, type LentMachine, lendMachine, machineAt, post } from '../support/lent-machine.js';

const MINUTE = 60_000;
let folder: string;
let coordinator: Coordinator;
let owl: LentMachine;
let jay: LentMachine;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flock-hostile-'));
  coordinator = await startCoordinator(folder);
  hunt(coordinator.fleet());
  owl = await lendMachine(coordinator, 'ann', 'owl');
  jay = await lendMachine(coordinator, 'bob', 'jay');
});
afterEach(async () => {
  await coordinator.stop();
  rmSync(folder, { recursive: true, force: true });
});

const beat = { leases: [], state: 'idle' };
const wish = { slots: 1, digests: [DIGEST], maxMinutes: 0.1, waitSeconds: 0 };
const session = { protocol: { oldest: 1, newest: 1 }, version: '1', cores: 1, memoryMb: 1 };

interface Given {
  readonly lease: string;
  readonly attempt: number;
  readonly epoch: number;
  readonly nonce: string;
  readonly job: Parameters<typeof passing>[0];
}

async function take(machine: LentMachine): Promise<Given> {
  const { json } = await machine.say('/v1/lease', wish);
  const [lease] = json.leases as Given[];
  if (!lease) throw new Error(`no lease: ${JSON.stringify(json)}`);
  return lease;
}

const resultOf = ({ job, nonce, attempt, epoch }: Given, over: object = {}) => ({
  ...passing(job, nonce),
  attempt,
  epoch,
  ...over,
});

/** Still there, and nothing of ours broke. */
async function isWell(): Promise<void> {
  expect((await owl.say('/v1/beat', beat)).status).toBe(200);
  expect(coordinator.faults).toEqual([]);
}

describe('who calls', () => {
  it.each([
    [
      'a forged signature',
      { headers: { [HEADERS.signature]: Buffer.alloc(64, 7).toString('base64') } },
      'bad_signature',
    ],
    ['a signature that is none', { headers: { [HEADERS.signature]: 'xyz' } }, 'bad_signature'],
    ['a signature of another body', { sent: '{"leases":[],"state":"paused"}' }, 'bad_signature'],
    ['a signature of another path', { signedPath: '/v1/session' }, 'bad_signature'],
    ['a clock two minutes behind', { off: -2 * MINUTE - 5000 }, 'clock_off'],
    ['a clock two minutes ahead', { off: 2 * MINUTE + 5000 }, 'clock_off'],
    ['no time at all', { headers: { [HEADERS.time]: 'noon' } }, 'bad_request'],
    ['a nonce of one letter', { nonce: 'a' }, 'bad_request'],
    ['a nonce that is a statement', { nonce: `'); DROP TABLE machine;--` }, 'bad_request'],
    [
      'a machine that nobody knows',
      { headers: { [HEADERS.machine]: '1000000000000000001.nobody' } },
      'unknown_machine',
    ],
    ['a server that the bot is not in', { headers: { [HEADERS.machine]: '2000000000000000002.x' } }, 'unknown_machine'],
    ['a machine without a server', { headers: { [HEADERS.machine]: 'x' } }, 'bad_request'],
    ['a path in place of a server', { headers: { [HEADERS.machine]: '../../etc/passwd.x' } }, 'bad_request'],
  ] as const)('refuses %s', async (_, saying, code) => {
    const { status, json } = await owl.say('/v1/beat', beat, saying);
    expect(json.error).toBe(code);
    expect(status).toBe(API_ERRORS[code][0]);
    await isWell();
  });

  it('takes a clock that is a little off, and tells its own time to one that is far off', async () => {
    expect((await owl.say('/v1/beat', beat, { off: -110_000 })).status).toBe(200);
    expect((await owl.say('/v1/beat', beat, { off: 110_000 })).status).toBe(200);
    const { json } = await owl.say('/v1/beat', beat, { off: 60 * MINUTE });
    expect(Math.abs(Number(json.time) - Date.now())).toBeLessThan(MINUTE);
  });

  it('hears a call once, also when it is sent twice at the same time', async () => {
    const twice = { nonce: 'the-very-same' };
    const both = await Promise.all([owl.say('/v1/lease', wish, twice), owl.say('/v1/lease', wish, twice)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await owl.say('/v1/lease', wish, twice)).json.error).toBe('replayed');
    expect(coordinator.fleet().hunts.activity(1).leased).toBe(1);
    // Another machine's nonces are its own.
    expect((await jay.say('/v1/lease', wish, twice)).status).toBe(200);
  });

  it('refuses the key of one machine for the name of another', async () => {
    const thief = machineAt(coordinator.url, owl.id, jay.key);
    expect((await thief.say('/v1/lease', wish)).json.error).toBe('bad_signature');
  });

  it('hears a machine no more that was withdrawn', async () => {
    const { machines } = coordinator.fleet();
    expect((await owl.say('/v1/beat', beat)).status).toBe(200);
    machines.withdraw(machines.named('owl').id, 'owl');
    expect((await owl.say('/v1/beat', beat)).json.error).toBe('withdrawn');
  });
});

describe("other machines' leases", () => {
  it('are not answered, kept or given back by anybody else', async () => {
    const lease = await take(owl);
    const { attempt, epoch } = lease;
    const beats = { leases: [{ lease: lease.lease, attempt, epoch, steps: 1, checks: 1 }], state: 'working' };
    expect((await jay.say('/v1/beat', beats)).json.leases).toEqual({ [lease.lease]: 'lost' });
    expect((await jay.say(`/v1/result/${lease.lease}`, resultOf(lease))).json.error).toBe('not_yours');
    const back = await jay.say(`/v1/release/${lease.lease}`, { attempt, epoch, why: 'shutdown' });
    expect(back.json.verdict).toBe('stale');
    expect((await owl.say(`/v1/result/${lease.lease}`, resultOf(lease))).json.verdict).toBe('accepted');
  });

  it.each([
    ['another attempt', { attempt: 2 }],
    ['another epoch', { epoch: 7 }],
    ["another lease's nonce", { nonce: 'x'.repeat(20) }],
  ])('are not answered with %s', async (_, over) => {
    const lease = await take(owl);
    expect((await owl.say(`/v1/result/${lease.lease}`, resultOf(lease, over))).json.verdict).toBe('stale');
    expect(coordinator.fleet().hunts.get(1).steps).toBe(0);
  });

  it.each(['nobodys', '../../enroll', '%00', 'a'.repeat(5000), "' OR 1=1 --"])('are not found as %s', async (name) => {
    const lease = await take(owl);
    const { status } = await owl.say(`/v1/result/${encodeURIComponent(name)}`, resultOf(lease));
    expect(status).toBeLessThan(500);
    await isWell();
  });
});

it('hands nothing to a machine that went while it was kept waiting', async () => {
  const fleet = coordinator.fleet();
  fleet.hunts.stop(1);
  const waiting = new AbortController();
  const lost = owl.say('/v1/lease', { ...wish, waitSeconds: 25 }, { signal: waiting.signal });
  const doing = () => fleet.machines.named('owl').doing;
  while (doing() !== 'no_hunts') await new Promise((resolve) => setTimeout(resolve, 10));
  waiting.abort();
  await expect(lost).rejects.toThrow();
  // Whoever calls later is heard later.
  await isWell();
  const id = hunt(fleet);
  coordinator.wake();
  expect((await jay.say('/v1/lease', wish)).json.leases).toHaveLength(1);
  expect(fleet.hunts.activity(id)).toMatchObject({ leased: 1 });
  const machines = [1, 2, 3].map((n) => fleet.jobs.find(n)?.machine).filter((machine) => machine !== undefined);
  expect(machines).toEqual([fleet.machines.named('jay').id]);
});

describe('bodies', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const wide = `{${Array.from({ length: 60_000 }, (_, n) => `"key${n}":1`).join(',')}}`;
  const bodies: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['text', 'hello'],
    ['a number', '7'],
    ['null', 'null'],
    ['an array', '[]'],
    ['half of an object', '{"leases":'],
    ['nested arrays', deep],
    ['a hundred thousand nested objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['sixty thousand keys', wide],
    ['a prototype', '{"__proto__":{"state":"idle","leases":[]}}'],
    ['a constructor', '{"constructor":{"prototype":{"leases":[]}},"leases":[],"state":"idle"}'],
    ['numbers beyond all bounds', '{"leases":[],"state":1e999}'],
    ['an unpaired surrogate', '{"leases":[],"state":"\\ud800"}'],
    ['NUL and control characters', '{"leases":[],"state":"\\u0000\\u001b[2J"}'],
    ['bytes that are no UTF-8', '\xff\xfe\x00'],
  ];

  it.each(bodies)('refuses %s on every path, signed or not', async (_, body) => {
    for (const path of ['/v1/session', '/v1/lease', '/v1/beat', '/v1/result/x', '/v1/release/x', '/v1/enroll']) {
      const signed = await owl.say(path, body);
      expect([path, signed.status, signed.json.error]).toEqual([path, 400, 'bad_request']);
      const { json } = await post(`${coordinator.url}${path}`, body, { 'content-type': 'application/json' });
      expect([path, json.error]).toEqual([path, 'bad_request']);
    }
    await isWell();
  });

  it('refuses a body of more than a mebibyte, and one that lies about its length', async () => {
    const giant = JSON.stringify({ leases: [], state: 'x'.repeat(MAX_BODY) });
    expect((await owl.say('/v1/beat', giant)).json.error).toBe('too_large');
    await isWell();
  });

  it.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
  ])('cares for the bytes, not for the content type %j', async (type) => {
    expect((await owl.say('/v1/beat', beat, { headers: { 'content-type': type } })).status).toBe(200);
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('has nothing for %s', async (method) => {
    const response = await fetch(`${coordinator.url}/v1/beat`, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'not_found' });
  });

  it.each(['/v1', '/v1/', '/v1/nothing', '/v1/../../etc/passwd', '/v1/suite/', '/v1/%2e%2e/%2e%2e', '/v1/lease/%'])(
    'has nothing at %s',
    async (path) => {
      const { status } = await owl.say(path, {});
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      await isWell();
    },
  );
});

describe('results', () => {
  const failure = (text: string) => ({
    kind: 'state',
    action: 'stop_vm',
    states: { vm: 'running' },
    message: text,
    masked: text,
    signature: 'a'.repeat(16),
    at: 1,
  });
  const sighting = (over: object = {}) => ({
    failure: failure('x'),
    episode: 0,
    trace: ['create_vm -> vm#1', 'stop_vm vm#1'],
    repeated: { runs: 2, hits: 2 },
    ...over,
  });
  const many = (n: number, of: string) => Array.from({ length: n }, (_, i) => `${of}${i}`);
  const coverage = (over: object) => ({ coverage: { actions: {}, transitions: [], pairs: [], ...over } });
  const failed = (...sightings: object[]) => ({ outcome: 'fail', sightings });

  it.each([
    ['a message beyond its cap', failed(sighting({ failure: failure('x'.repeat(MAX_TEXT + 1)) }))],
    ['a trace of two thousand steps', failed(sighting({ trace: many(2000, 'create_vm -> vm#') }))],
    ['an escape sequence in a step', failed(sighting({ trace: ['create_vm\u001b[2J'] }))],
    ['a step that reads backwards', failed(sighting({ trace: ['create_vm \u202e'] }))],
    ['an action with a line break', failed(sighting({ failure: { ...failure('x'), action: 'a\nb' } }))],
    ['twenty-one sightings', failed(...many(21, '').map(() => sighting()))],
    ['a signature that is none', failed(sighting({ failure: { ...failure('x'), signature: '<@everyone>' } }))],
    [
      'a thousand states',
      failed(
        sighting({ failure: { ...failure('x'), states: Object.fromEntries(many(1000, 'r').map((r) => [r, 's'])) } }),
      ),
    ],
    ['a million steps twice over', { steps: 2_000_000_000 }],
    ['less than no steps', { steps: -1 }],
    ['half a step', { steps: 0.5 }],
    ['a flood of actions', coverage({ actions: Object.fromEntries(many(20_000, 'a').map((a) => [a, 1])) })],
    ['a flood of pairs', coverage({ pairs: many(20_001, '') })],
    ['a pair that is a text', coverage({ pairs: ['<script>alert(1)</script>'] })],
    ['an outcome of its own', { outcome: 'credited' }],
    ['what nobody asked for', { credit: 1e9 }],
  ])('are refused whole with %s', async (_, over) => {
    const lease = await take(owl);
    const { json } = await owl.say(`/v1/result/${lease.lease}`, resultOf(lease, over));
    expect(json.error).toBe('bad_request');
    expect(coordinator.fleet().hunts.get(1)).toMatchObject({ steps: 0, workedMs: 0 });
    await isWell();
  });

  it('keep line breaks and lose what would move a cursor', async () => {
    const lease = await take(owl);
    const message = 'first\nsecond\u0000\u001b[2J\u009b\ud800\u202e @everyone';
    const said = resultOf(lease, failed(sighting({ failure: failure(message) })));
    expect((await owl.say(`/v1/result/${lease.lease}`, said)).json.verdict).toBe('accepted');
    expect(coordinator.fleet().findings.get(1).message).toBe(
      'first\nsecond\ufffd\ufffd[2J\ufffd\ufffd\ufffd @everyone',
    );
  });

  it.each([
    ['a pass with a failure in it', { outcome: 'pass', sightings: [sighting()] }],
    ['a failure without one', { outcome: 'fail', sightings: [] }],
    ['more hits than runs', failed(sighting({ repeated: { runs: 2, hits: 3 } }))],
    ['a million repeats', failed(sighting({ repeated: { runs: 1e6, hits: 1e6 } }))],
    ['an episode that was not asked for', failed(sighting({ episode: 99 }))],
    ['more episodes than were asked for', { episodes: 99 }],
    ['more steps than there were to take', { steps: 100_000_000 }],
    ['a failure after its last step', failed(sighting({ failure: { ...failure('x'), at: 2 } }))],
  ])('count for nothing with %s', async (_, over) => {
    const lease = await take(owl);
    const { json } = await owl.say(`/v1/result/${lease.lease}`, resultOf(lease, over));
    expect(json.verdict).toBe('accepted');
    const fleet = coordinator.fleet();
    expect(fleet.findings.count({})).toBe(0);
    expect(fleet.hunts.get(1)).toMatchObject({ steps: 0, workedMs: 0 });
    expect(fleet.ledger.of('ann')).toMatchObject({ granted: 0, provisional: 0 });
    expect(fleet.machines.named('owl').trust).toEqual({ streak: 0, strikes: 1 });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'change nothing of ours by the name %s',
    async (name) => {
      const lease = await take(owl);
      const said = JSON.stringify(
        resultOf(lease, failed(sighting({ failure: { ...failure('x'), states: { vm: 'x' } } }))),
      )
        .replace('"actions":{', `"actions":{"${name}":7,`)
        .replace('"states":{', `"states":{"${name}":"on",`);
      expect((await owl.say(`/v1/result/${lease.lease}`, said)).status).toBeLessThan(500);
      expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('on');
      expect(Object.getPrototypeOf({})).toBe(Object.prototype);
      await isWell();
      const next = await take(jay);
      expect((await jay.say(`/v1/result/${next.lease}`, resultOf(next))).json.verdict).toBe('accepted');
      expect(coordinator.fleet().hunts.get(1).steps).toBeGreaterThan(0);
    },
  );

  it('are kept without what nobody reads again', async () => {
    const lease = await take(owl);
    const over = coverage({ pairs: many(20_000, '').map((n) => `${n}${'7'.repeat(30)}`), transitions: many(5000, '') });
    expect((await owl.say(`/v1/result/${lease.lease}`, resultOf(lease, over))).json.verdict).toBe('accepted');
    const kept = coordinator.fleet().jobs.find(1)?.result;
    expect(JSON.stringify(kept).length).toBeLessThan(1000);
  });
});

describe('enrolment', () => {
  const guess = (address?: string) =>
    post(
      `${coordinator.url}/v1/enroll`,
      JSON.stringify({ code: `7LP-${'A'.repeat(4)}-BBBB-CCCC-DDDD`, publicKey: keyPair().publicKey, ...facts }),
      address === undefined ? {} : { 'x-forwarded-for': address },
    );

  it('lets an address guess ten times in ten minutes, and does not believe what it says its address is', async () => {
    const answers: unknown[] = [];
    for (let n = 0; n < 12; n++) answers.push((await guess(`10.0.0.${n}`)).json.error);
    expect(answers).toEqual([...Array(10).fill('bad_code'), 'too_many', 'too_many']);
    const code = coordinator.lend('cid', 'kea');
    const { json } = await post(
      `${coordinator.url}/v1/enroll`,
      JSON.stringify({ code, publicKey: keyPair().publicKey, ...facts }),
      {},
    );
    expect(json.error).toBe('too_many');
  });

  it('tells addresses apart behind a proxy that is trusted, a whole network of the new kind being one', async () => {
    await coordinator.stop();
    coordinator = await startCoordinator(folder, { trustedHops: 1 });
    for (let n = 0; n < 10; n++) await guess('192.0.2.1');
    expect((await guess('192.0.2.1')).json.error).toBe('too_many');
    expect((await guess('192.0.2.2')).json.error).toBe('bad_code');
    // The proxy adds the last one; whatever stands before it was said by the caller.
    expect((await guess('203.0.113.9, 192.0.2.1')).json.error).toBe('too_many');
    for (let n = 0; n < 10; n++) await guess(`2001:db8:1:2::${n}`);
    expect((await guess('2001:db8:1:2:ffff::1')).json.error).toBe('too_many');
    expect((await guess('2001:db8:1:3::1')).json.error).toBe('bad_code');
  });

  it('makes codes of 80 bits that are worth nothing without the rest', () => {
    const codes = Array.from({ length: 200 }, (_, n) => coordinator.lend(`lender-${n}`, `bird-${n}`));
    const secrets = codes.map((code) => code.split('-').slice(1).join(''));
    expect(new Set(secrets).size).toBe(codes.length);
    expect(secrets.every((secret) => /^[0-9A-HJKMNP-TV-Z]{16}$/.test(secret))).toBe(true);
    // Each place of the alphabet of 32 is used: nothing of the secret is fixed.
    expect(Math.min(...[...Array(16).keys()].map((at) => new Set(secrets.map((s) => s[at])).size))).toBeGreaterThan(20);
  });

  it.each([
    ['an RSA key', Buffer.from('30', 'hex').toString('base64')],
    ['no key', ''],
    ['text', '-----BEGIN PUBLIC KEY-----'],
  ])('takes no code with %s', async (_, publicKey) => {
    const code = coordinator.lend('cid', 'kea');
    const { json } = await post(`${coordinator.url}/v1/enroll`, JSON.stringify({ code, publicKey, ...facts }), {});
    expect(json.error).toBe('bad_code');
    // The code is still good for whoever has a key.
    const again = await post(
      `${coordinator.url}/v1/enroll`,
      JSON.stringify({ code, publicKey: keyPair().publicKey, ...facts }),
      {},
    );
    expect(again.status).toBe(200);
  });
});

describe('versions', () => {
  it.each([
    ['too old a worker', { oldest: 0, newest: 0 }, 'too_old'],
    ['a worker of the future', { oldest: 2, newest: 3 }, 'too_new'],
  ])('tell %s what to do', async (_, protocol, code) => {
    const { status, json } = await owl.say('/v1/session', { ...session, protocol });
    expect([status, json.error]).toEqual([426, code]);
  });

  it('understand a worker that tells more than is known', async () => {
    expect((await owl.say('/v1/session', { ...session, moonPhase: 'full' })).status).toBe(200);
  });
});

describe('connections', () => {
  const LIMITS: HttpLimits = { headers: 400, request: 800, silence: 2000, idle: 800, look: 100, connections: 400 };
  const port = () => Number(new URL(coordinator.url).port);
  /** Resolves when the coordinator has hung up on it. */
  const hungUpOn = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

  beforeEach(async () => {
    await coordinator.stop();
    coordinator = await startCoordinator(folder, { limits: LIMITS });
    const at = (machine: LentMachine) => machineAt(coordinator.url, machine.id, machine.key);
    [owl, jay] = [at(owl), at(jay)];
  });

  it.each([
    ['that say nothing', ''],
    ['that begin a header and stop', 'POST /v1/beat HTTP/1.1\r\nhost: x\r\nflock-'],
    ['that promise a body and stop', 'POST /v1/beat HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{'],
    ['that speak something else', '\x16\x03\x01\x02\x00\x01'],
  ])(
    'hundreds %s keep nobody out, and end',
    async (_, said) => {
      const sockets = Array.from({ length: 300 }, () =>
        connect(port(), '127.0.0.1')
          .resume()
          .on('error', () => undefined),
      );
      const gone = Promise.all(sockets.map(hungUpOn));
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      for (const socket of sockets) socket.write(said);
      expect((await owl.say('/v1/lease', wish)).status).toBe(200);
      await gone;
      await isWell();
    },
    30_000,
  );

  it('that never shake hands end as soon as those that say nothing', async () => {
    await coordinator.stop();
    coordinator = await startCoordinator(folder, { limits: LIMITS, tls: makeCertificate(folder) });
    const sockets = ['', '\x16\x03\x01\x02\x00\x01'].map((said) => {
      const socket = connect(port(), '127.0.0.1')
        .resume()
        .on('error', () => undefined);
      if (said !== '') socket.write(said, 'latin1');
      return socket;
    });
    await Promise.all(sockets.map(hungUpOn));
    expect(coordinator.faults).toEqual([]);
  }, 30_000);

  it('that are more than can be, are closed at once, and there is room again when others end', async () => {
    const sockets = Array.from({ length: LIMITS.connections + 200 }, () =>
      connect(port(), '127.0.0.1')
        .resume()
        .on('error', () => undefined),
    );
    await Promise.all(sockets.map(hungUpOn));
    await isWell();
  }, 30_000);
});

it('answers with no fault of its own, whatever is sent', async () => {
  const lease = await take(owl);
  const words = ['SQLITE', 'node_modules', 'at Object', 'Error:', folder];
  for (const body of [
    '',
    '{',
    '[]',
    '{"attempt":1e400}',
    JSON.stringify(failing(lease.job, lease.nonce, 'b'.repeat(16))),
  ]) {
    for (const path of ['/v1/session', '/v1/lease', `/v1/result/${lease.lease}`, '/v1/release/x', '/v1/suite/x']) {
      const { text } = await owl.say(path, body);
      expect(words.filter((word) => text.includes(word))).toEqual([]);
    }
  }
  await isWell();
});
