/** A worker whose coordinator is broken, hostile, or not there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot, shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { sandboxes } from '../../src/worker/sandbox.js';
import { makeCertificate } from '../support/certificate.js';
import { startCoordinator } from '../support/coordinator.js';
import { type FalseCoordinator, falseCoordinator, json, type Reply, session } from '../support/false-coordinator.js';
import { type RunningWorker, runWorker, worker } from '../support/worker.js';

const CODE = '7LP9-ABCD-EFGH-JKMN-PQRS';
const { suite } = openSuite(shipped('suites', 'cloud'));
let folder: string;
let home: string;
let coordinator: FalseCoordinator;
let owl: RunningWorker | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flock-false-'));
  home = join(folder, 'home');
  coordinator = await falseCoordinator();
});
afterEach(async () => {
  await owl?.stop();
  owl = undefined;
  await coordinator.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Failed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
const failing = (...args: readonly string[]): Promise<Failed> =>
  worker(home, ...args).then(
    (stdout) => ({ code: 0, stdout, stderr: '' }),
    (error: Failed) => error,
  );

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}; ${owl?.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const status = async () => (await failing('status')).stdout;

/** Enrolled, with the suite accepted. */
async function lent(policy: Record<string, unknown> = {}): Promise<void> {
  await worker(home, 'enroll', coordinator.url, CODE);
  const terms = { tier: 'in-process', suites: [{ name: 'cloud', digest: suite.digest }], ...policy };
  writeFileSync(join(home, 'policy.yaml'), JSON.stringify(terms));
}

const job = { kind: 'walk', digest: suite.digest, strategy: 'mix', seed: 3, length: 200, bugs: [] };
const leaseOf = (n: number) => ({
  lease: `lease-${n}`,
  attempt: 1,
  epoch: 1,
  job: { ...job, episodes: { from: 0, count: 100_000 } },
  expiresInMs: 180_000,
  nonce: 'nonce-of-it',
});
const leased = (path: string) => coordinator.asked.filter((one) => one.path.startsWith(path));

describe('enrolment', () => {
  it.each([
    ['flock.example.org', 'looks like https://'],
    ['ftp://flock.example.org', 'looks like https://'],
    ['https://', 'looks like https://'],
    ['https://me:secret@flock.example.org', 'looks like https://'],
    ['http://flock.example.org', '--insecure'],
    ['http://192.168.1.2:8080', '--insecure'],
  ])('says what is wrong with %s', async (url, what) => {
    expect(await failing('enroll', url, CODE)).toMatchObject({ code: 2, stderr: expect.stringContaining(what) });
  });

  it.each(['', 'hello', '7LP9-ABCD', `${CODE}-ABCD`])('says that %j is no code, and asks nobody', async (code) => {
    expect(await failing('enroll', coordinator.url, code)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no code'),
    });
    expect(coordinator.asked).toEqual([]);
  });

  it('takes a URL with a path and slashes at its end, and a code in small letters', async () => {
    coordinator.replies = {
      at: (response, asked, request) => json({ machine: '1.x', alias: 'owl', guild: '1' })(response, asked, request),
    };
    coordinator.replies = { '': coordinator.replies.at as Reply };
    expect(await failing('enroll', `${coordinator.url}/bots/flock//`, CODE.toLowerCase())).toMatchObject({ code: 0 });
    expect(coordinator.asked[0]).toMatchObject({ path: '/bots/flockenroll', body: { code: CODE } });
  });

  const odd: readonly (readonly [string, Reply, string])[] = [
    ['a page', (response) => void response.writeHead(200).end('<html>hello</html>'), 'does not understand'],
    ['nothing', (response) => void response.destroy(), 'socket hang up'],
    ['a 404', (response) => void response.writeHead(404).end('no'), 'no coordinator is there'],
    [
      'a redirection',
      (response) => void response.writeHead(308, { location: 'https://new.example.org/' }).end(),
      'https://new.example.org/',
    ],
    ['a hundred megabytes', (response) => void response.writeHead(200).end(Buffer.alloc(100_000_000, 32)), 'more than'],
    ['a bad gateway', (response) => void response.writeHead(502).end('bad gateway'), 'answered 502'],
    ['an answer for somebody else', json({ machine: '../../x', alias: 'owl', guild: '1' }), 'does not understand'],
    ['a refusal', json({ error: 'bad_code', message: 'This code is \u001b[2J used.' }, 403), 'used'],
  ];
  it.each(odd)(
    'says so when the answer is %s, and leaves nothing behind that looks enrolled',
    async (_, reply, what) => {
      coordinator.replies.enroll = reply;
      const { code, stderr } = await failing('enroll', coordinator.url, CODE);
      expect([code, stderr]).toEqual([1, expect.stringContaining(what)]);
      expect(stderr).not.toContain('\u001b');
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(await status()).toContain('Not enrolled');
    },
  );

  it('says what helps against a certificate that nobody knows', async () => {
    const secure = await startCoordinator(join(folder, 'guilds'), { tls: makeCertificate(folder) });
    try {
      const { code, stderr } = await failing('enroll', secure.url, secure.lend('ann', 'owl'));
      expect([code, stderr]).toEqual([1, expect.stringContaining('NODE_EXTRA_CA_CERTS')]);
    } finally {
      await secure.stop();
    }
  });

  it('is not done twice, and keeps its key to itself', async () => {
    await lent();
    expect(await failing('enroll', coordinator.url, CODE)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('flock worker leave'),
    });
    expect(leased('enroll')).toHaveLength(1);
    const modes = [home, join(home, 'key.pem'), join(home, 'machine.json')].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  it.each([
    ['key.pem', 'damaged'],
    ['machine.json', 'damaged'],
  ])('says so when %s is %s', async (name, what) => {
    await lent();
    writeFileSync(join(home, name), '{');
    expect(await failing('run')).toMatchObject({ code: 1, stderr: expect.stringContaining(what) });
  });

  it('says so where its home cannot be', async () => {
    writeFileSync(join(folder, 'file'), '');
    home = join(folder, 'file', 'home');
    expect(await failing('enroll', coordinator.url, CODE)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ENOTDIR'),
    });
    expect(coordinator.asked).toEqual([]);
  });
});

describe('a worker', () => {
  it('is one in its home', async () => {
    await lent();
    owl = runWorker(home);
    await until(async () => (await status()).includes('Idle'));
    expect(await failing('run')).toMatchObject({ code: 3, stderr: expect.stringContaining('It runs already') });
  });

  it('takes no more jobs at a time than its lender wants, and one job once', async () => {
    coordinator.replies.lease = json({ leases: [leaseOf(1), leaseOf(1), leaseOf(2), leaseOf(3), leaseOf(4)] });
    coordinator.replies.release = json({ verdict: 'requeued' });
    await lent({ cores: 2 });
    owl = runWorker(home);
    await until(async () => (await status()).includes('Working'));
    const said = await status();
    expect(said.match(/walk mix/g)).toHaveLength(2);
    expect(await owl.stop()).toBe(0);
    expect(
      leased('release')
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['release/lease-1', 'release/lease-2']);
  });

  it('runs nothing that its lender did not accept, whatever it is handed', async () => {
    const foreign = { ...leaseOf(1), job: { ...leaseOf(1).job, digest: `sha256:${'0'.repeat(64)}` } };
    coordinator.replies.lease = json({ leases: [foreign] });
    coordinator.replies.release = json({ verdict: 'requeued' });
    await lent();
    owl = runWorker(home);
    await until(() => leased('release').length > 0);
    expect(leased('release')[0]?.body).toMatchObject({
      why: 'infrastructure',
      detail: expect.stringContaining('is not accepted'),
    });
  });

  it('does not ask again at once, though it is told to', async () => {
    coordinator.replies.lease = json({ leases: [], idle: 'no_hunts', retrySeconds: -1e9 });
    await lent();
    owl = runWorker(home);
    await until(() => leased('lease').length === 2);
    const [first, second] = leased('lease');
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(4_000);
  });

  it('gives back at once what it was handed when its lender had just paused it', async () => {
    let answer: (() => void) | undefined;
    coordinator.replies.lease = (response, asked, request) => {
      answer = () => json({ leases: [leaseOf(1)] })(response, asked, request);
    };
    coordinator.replies.release = json({ verdict: 'requeued' });
    await lent();
    owl = runWorker(home);
    await until(() => answer !== undefined);
    await worker(home, 'pause');
    answer?.();
    await until(() => leased('release').length > 0);
    expect(leased('release')[0]?.body).toMatchObject({ why: 'paused' });
    await until(async () => (await status()).includes('Idle: paused by its lender'));
  });

  it('ends when its lender leaves, and gives its job back', async () => {
    coordinator.replies.lease = json({ leases: [leaseOf(1)] });
    coordinator.replies.release = json({ verdict: 'requeued' });
    await lent();
    owl = runWorker(home);
    const { child } = owl;
    await until(async () => (await status()).includes('Working'));
    expect(await worker(home, 'leave')).toContain('/machine withdraw owl');
    await until(() => child.exitCode !== null);
    expect(child.exitCode).toBe(3);
    expect(leased('release').map(({ path }) => path)).toEqual(['release/lease-1']);
    expect(() => readFileSync(join(home, 'key.pem'))).toThrow('ENOENT');
  });

  const reasons: readonly (readonly [string, Reply, string])[] = [
    ['there is no hunt', json({ leases: [], idle: 'no_hunts' }), 'Idle: there is no hunt now'],
    ['no hunt wants its suites', json({ leases: [], idle: 'no_accepted_suite' }), 'flock worker accept NAME'],
    ['all work is handed out', json({ leases: [], idle: 'all_leased' }), 'Idle: all work is handed out'],
    ['it is paused in Discord', json({ leases: [], idle: 'paused' }), '/machine resume'],
    ['it is quarantined', json({ leases: [], idle: 'quarantined' }), '/machine show'],
    ['the coordinator is busy', json({ leases: [], idle: 'busy' }), 'Idle: the coordinator is busy'],
    ['its hours are too short', json({ leases: [], idle: 'too_short' }), 'Idle: no job is short enough'],
    ['the coordinator is away', (response) => void response.destroy(), 'out of reach'],
    ['the coordinator cannot answer', json({ error: 'unavailable', message: 'x' }, 503), 'answered 503'],
    [
      'it is not understood',
      json({ error: 'bad_request', message: 'The request does not fit.' }, 400),
      'refuses: The request does not fit.',
    ],
  ];
  it.each(reasons)('says that %s', async (_, reply, what) => {
    coordinator.replies.lease = reply;
    await lent();
    owl = runWorker(home);
    await until(async () => (await status()).includes(what));
    expect(await owl.stop()).toBe(0);
  });

  it.each([
    ['outside its hours', { hours: [] as string[], zone: 'UTC' }, 'outside its hours, until'],
    ['without a suite', { suites: [] }, 'no suite is accepted here'],
  ])('says that it is %s', async (_, policy, what) => {
    const [from, to] = [2, 3].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16));
    await lent('hours' in policy ? { ...policy, hours: [`${from}-${to}`] } : policy);
    owl = runWorker(home);
    await until(async () => (await status()).includes(what));
  });

  it.each([
    ['too_old', 'Upgrade Flock'],
    ['too_new', 'Install the version'],
    ['withdrawn', '/machine lend'],
    ['unknown_machine', '/machine lend'],
  ])('ends once and for all when it is %s, and its status still says why', async (error, what) => {
    coordinator.replies.session = json({ error, message: 'x' }, 426);
    await lent();
    expect(await failing('run')).toMatchObject({ code: 3, stderr: expect.stringContaining(what) });
    expect(await status()).toMatch(new RegExp(`Ended at .*${what}`));
  });

  it('asks for the versions again when it is no longer understood: the coordinator may have been upgraded', async () => {
    coordinator.replies.lease = (response, asked, request) => {
      coordinator.replies.session = json({ error: 'too_old', message: 'x' }, 426);
      json({ error: 'bad_request', message: 'x' }, 400)(response, asked, request);
    };
    await lent();
    owl = runWorker(home);
    const { child } = owl;
    await until(() => child.exitCode !== null);
    expect(child.exitCode).toBe(3);
    expect(owl.said()).toContain('Upgrade Flock');
  });

  it('prints nothing that the coordinator says but as text on a line', async () => {
    coordinator.replies.session = session({ notices: ['upgrade\n\u001b[2Jroot# rm -rf /\u0007'] });
    coordinator.replies.lease = json({ leases: [], idle: 'no_hunts' });
    await lent();
    owl = runWorker(home);
    await until(async () => (await status()).includes('! upgrade'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that must not be there
    expect(`${owl.said()}${await status()}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it.skipIf(!sandboxes().includes('bubblewrap'))(
    'goes on when its disk is full, and takes no job until it can write down again what runs',
    async () => {
      coordinator.replies.lease = json({ leases: [], idle: 'no_hunts' });
      await lent();
      const [full, freed] = [join(folder, 'full'), join(folder, 'freed')];
      mkdirSync(full);
      const run = `${process.execPath} ${join(packageRoot, 'bin', 'flock.js')} worker run --home ${full}`;
      const script = `cp -r ${home}/. ${full}/; cat /dev/zero > ${full}/junk;
        (while [ ! -e ${freed} ]; do sleep 0.1; done; rm ${full}/junk) & exec ${run}`;
      const small = ['--dev-bind', '/', '/', '--size', '1000000', '--tmpfs', full, '--die-with-parent'];
      const child = spawn('bwrap', [...small, 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
      let said = '';
      child.stdout.on('data', (data: Buffer) => (said += data));
      await until(() => said.includes(`cannot write to ${full}: ENOSPC`));
      await until(() => leased('session').length > 0);
      writeFileSync(freed, '');
      await until(() => leased('lease').length > 0);
      expect(said.match(/cannot write/g)).toHaveLength(1);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  );

  it('stops within seconds, though the coordinator is silent', async () => {
    coordinator.replies.lease = () => undefined;
    await lent();
    owl = runWorker(home);
    await until(() => leased('lease').length > 0);
    expect(await owl.stop()).toBe(0);
    expect(owl.said()).not.toContain('out of reach');
  });
});
