import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLocalDiscord } from '../../src/local-discord/index.js';
import { createBot, createUser } from '../../src/local-discord/operations/users.js';
import { packageRoot } from '../../src/platform/paths.js';
import { type FlockProcess, flockProcess } from '../support/flock-process.js';
import { ask, settleDown } from '../support/settlement.js';

let folder: string;
const started: FlockProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-process-'));
});
afterEach(async () => {
  for (const one of started.splice(0)) await one.send('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Runs `flock` in an empty folder, so that nobody's .env is read. */
function flock(args: readonly string[], env: NodeJS.ProcessEnv = {}): FlockProcess {
  const one = flockProcess(
    args,
    { DATA_DIR: join(folder, 'data'), HTTP_PORT: '0', LOCAL_DISCORD_PORT: '0', ...env },
    folder,
  );
  started.push(one);
  return one;
}
async function ended(one: FlockProcess) {
  const { code } = await one.ended;
  return { code, out: one.stdout.join(''), err: one.stderr.join('') };
}

describe('the command line', () => {
  it('says what it can do', async () => {
    const { code, out } = await ended(flock(['--help']));
    expect(code).toBe(0);
    for (const usage of ['flock start', 'flock backup DIR', 'flock restore DIR', 'flock doctor'])
      expect(out).toContain(usage);
  });

  it.each([
    [['fly'], 'there is no command "fly"'],
    [['toString'], 'there is no command "toString"'],
    [['backup'], 'usage: flock backup DIR'],
    [['start', 'now'], 'usage: flock start'],
  ])('answers %j with exit code 2 and how it is used', async (args, message) => {
    const { code, err } = await ended(flock(args));
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('names all wrong settings at once, with exit code 1', async () => {
    const { code, err } = await ended(flock(['start'], { HTTP_PORT: 'web', LOG_LEVEL: 'loud' }));
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toEqual([
      'HTTP_PORT: found "web", wanted a port, 0 to 65535 (0: any free one)',
      'LOG_LEVEL: found "loud", wanted one of fatal, error, warn, info, debug, trace, silent',
    ]);
  });

  it('minds no setting of the bot where it does not run it', async () => {
    const check = ['suite', 'check', join(packageRoot, 'data/suites/w7')];
    expect((await ended(flock(check, { TLS_CERT: 'nowhere', DISCORD_OPENAPI: 'nowhere' }))).code).toBe(0);
    expect((await ended(flock(['doctor'], { TLS_CERT: 'nowhere' }))).err).toMatch(/^TLS_CERT: found "nowhere"/);
  });
});

it.skipIf(!existsSync('/sys'))('names the folder that it cannot write, in a sentence', async () => {
  for (const command of [['start'], ['restore', folder]]) {
    const { code, err } = await ended(flock(command, { DATA_DIR: '/sys/flock' }));
    expect(code).toBe(1);
    expect(err).toMatch(/^\/sys\/flock\/guilds cannot be written \(.+\): give it to the user that runs Flock/);
  }
});

describe('flock start without a token', () => {
  it('says so, starts a Discord here, prints the address of its page, keeps a second process out, and ends on Ctrl-C', async () => {
    const first = flock(['start']);
    const [, address = ''] = await first.prints(/Open (http:\/\/127\.0\.0\.1:\d+)/);
    expect(first.stdout.join('')).toContain('DISCORD_TOKEN is not set');
    expect((await fetch(address)).headers.get('content-type')).toContain('html');

    const second = await ended(flock(['start']));
    expect(second.code).toBe(1);
    expect(second.err).toContain(`in use by another Flock (process ${first.pid})`);

    expect(await first.send('SIGINT')).toEqual({ code: 0, signal: null });
  });

  it('takes the next free port when the first is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const one = flock(['start'], { LOCAL_DISCORD_PORT: String(port) });
    const [, chosen] = await one.prints(/Open http:\/\/127\.0\.0\.1:(\d+)/);
    expect(Number(chosen)).toBeGreaterThan(port);
    server.close();
  });
});

describe('flock start with a token', () => {
  it('prints an invite link with exactly the permissions it needs', async () => {
    const local = await startLocalDiscord();
    const one = flock(['start'], { DISCORD_API_URL: local.apiUrl, DISCORD_TOKEN: local.token });
    const [, link = ''] = await one.prints(/Invite the bot: (\S+)/);
    const query = new URL(link).searchParams;
    expect(query.get('client_id')).toBe(local.applicationId);
    expect(query.get('scope')).toBe('bot applications.commands');
    // Manage channels, view, send, manage messages, embed, attach, history, roles, threads, in threads.
    const bits = [4n, 10n, 11n, 13n, 14n, 15n, 16n, 28n, 34n, 38n];
    expect(BigInt(query.get('permissions') ?? 0)).toBe(bits.reduce((sum, bit) => sum | (1n << bit), 0n));
    await one.prints(/^Intents: Guilds, GuildScheduledEvents, GuildMembers\.$/m);
    await one.send('SIGTERM');
    await local.stop();
  });

  it('ends with the reason when Discord refuses the token', async () => {
    const local = await startLocalDiscord();
    const { code, err } = await ended(
      flock(['start'], { DISCORD_API_URL: local.apiUrl, DISCORD_TOKEN: 'not.the.right.token' }),
    );
    expect(code).toBe(1);
    expect(err).toContain('Discord refuses the token');
    expect(err).not.toContain('not.the.right.token');
    await local.stop();
  });

  it('ends with the reason when nobody is there', async () => {
    const { code, err } = await ended(
      flock(['start'], { DISCORD_API_URL: 'http://127.0.0.1:9/api', DISCORD_TOKEN: 'some.kind.of.token' }),
    );
    expect(code).toBe(1);
    expect(err).toContain('cannot be reached');
  });

  it('works without privileged intents', async () => {
    const local = await startLocalDiscord();
    const owner = createUser(local.world, { username: 'owner' });
    const { token } = createBot(local.world, {
      name: 'Plain',
      ownerId: owner.id,
      privileged: { members: false, messageContent: false, presences: false },
    });
    const one = flock(['start'], { DISCORD_API_URL: local.apiUrl, DISCORD_TOKEN: token });
    await one.prints(/^Intents: Guilds, GuildScheduledEvents\. GuildMembers is not granted: .*developers/m);
    await one.send('SIGTERM');
    await local.stop();
  });

  it('ends with the reason when Discord sends the bot away later', async () => {
    const local = await startLocalDiscord();
    const one = flock(['start'], { DISCORD_API_URL: local.apiUrl, DISCORD_TOKEN: local.token });
    await one.prints(/^Health:/m);
    local.dropGateway({ code: 4004 });
    const { code, err } = await ended(one);
    expect(code).toBe(1);
    expect(err).toContain('Discord refuses the token');
    await local.stop();
  });
});

describe('a bot that is told to stop', () => {
  let place: Awaited<ReturnType<typeof settleDown>>;
  beforeAll(async () => {
    place = await settleDown(2);
    const bot = place.start();
    started.push(bot);
    await bot.prints(/^Health:/m);
    await place.setUp();
    expect(await bot.send('SIGTERM')).toEqual({ code: 0, signal: null });
  });
  afterAll(() => place.stop());

  it('finishes what is under way, ends with 0, and the next one does the rest', async () => {
    const bot = place.start();
    started.push(bot);
    await bot.prints(/^Health:/m);
    const [person] = place.people;
    if (!person) throw new Error('nobody is there');
    place.local.faults.add({ on: 'POST /channels/:channel/threads', trouble: { kind: 'slow', ms: 60_000 } });
    expect(await ask(person, place.channel, 'Asked before the end')).toBe(1);
    const underWay = ask(person, place.channel, 'Asked at the end');
    expect(await bot.send('SIGTERM')).toEqual({ code: 0, signal: null });
    const second = await underWay;
    place.local.faults.clear();

    const next = place.start();
    started.push(next);
    await next.prints(/^Health:/m);
    const wanted = ['Asked before the end', ...(second === undefined ? [] : ['Asked at the end'])];
    const forum = place.owner.channels(place.guild).find(({ type }) => type === 15)?.id ?? '';
    await expect
      .poll(
        () =>
          place.owner
            .threads(forum)
            .map(({ name }) => name)
            .sort(),
        { timeout: 10_000 },
      )
      .toEqual(wanted.sort());
    expect(await next.send('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});
