import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type APIMessage, ChannelType, PermissionFlagsBits as P } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEEDED_PERMISSIONS } from '../../src/community/setup-plan.js';
import { joinGuild } from '../../src/local-discord/operations/members.js';
import { updateRole } from '../../src/local-discord/operations/roles.js';
import { createUser } from '../../src/local-discord/operations/users.js';
import { systemClock } from '../../src/platform/clock.js';
import { openTown, type RunningBot } from '../support/bot.js';
import { type FlockProcess, flockProcess } from '../support/flock-process.js';
import { answered, read } from '../support/until.js';

/** Real time, moved on between commands: nobody types as fast as this test. */
let ahead = 0;
const clock = { ...systemClock, now: () => systemClock.now() + ahead };

/** What takes machines to come about takes longer than what a bot answers. Milliseconds. */
const PATIENCE = 150_000;

let town: Awaited<ReturnType<typeof openTown>>;
let bot: RunningBot;
let bo: { readonly id: string };
const homes = mkdtempSync(join(tmpdir(), 'flock-homes-'));
const workers: FlockProcess[] = [];

beforeAll(async () => {
  town = await openTown({ clock, rateLimits: 'off', http: true });
  bo = createUser(town.local.world, { username: 'bo', globalName: 'Bo' });
  joinGuild(town.local.world, bo.id, town.guild.id);
  const needed = NEEDED_PERMISSIONS.reduce((sum, name) => sum | P[name], 0n);
  updateRole(town.local.world, town.owner.id, town.guild.id, town.botRole.id, { permissions: String(needed) });
  bot = await town.startBot();
}, PATIENCE);
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.send('SIGTERM')));
  await town?.close();
  rmSync(homes, { recursive: true, force: true });
}, PATIENCE);

const owner = () => town.local.actor(town.owner.id);

async function say(who: string, command: string, options: Record<string, string | number | boolean> = {}) {
  ahead += 2_000;
  return answered(town.local.actor(who).command(town.general.id, command, options));
}

/** Resolves with what `look` finds, asked again and again: what happens on machines is not seen in Discord at once. */
async function eventually<T>(look: () => T | undefined | false): Promise<T> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    let found: T | undefined | false;
    try {
      found = look();
    } catch {
      // It may not be there yet.
      found = undefined;
    }
    if (found) return found;
    if (performance.now() > until) throw new Error(`not seen in time: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const channel = (name: string) =>
  owner()
    .channels(town.guild.id)
    .find((one) => one.name === name);
const live = (): APIMessage => {
  const [message] = owner().messages(channel('hunts')?.id ?? '');
  if (!message) throw new Error('no live message');
  return message;
};
const threads = () => owner().threads(channel('findings')?.id ?? '');
const card = (thread: string) => owner().message({ channel_id: thread, id: thread });
const tagNames = (thread: string): string[] => {
  const forum = channel('findings');
  const tags = forum?.type === ChannelType.GuildForum ? forum.available_tags : [];
  const applied = threads().find(({ id }) => id === thread)?.applied_tags ?? [];
  return tags.filter(({ id }) => applied.includes(id)).map(({ name }) => name);
};

async function lend(lender: string, name: string): Promise<void> {
  const offer = read(await say(lender, 'machine lend', { name }));
  const [, url, code] = /npx flock worker enroll (\S+) ([0-9A-Z-]+)/.exec(offer) ?? [];
  const home = join(homes, name);
  const run = (...args: readonly string[]) => flockProcess(['worker', ...args, '--home', home], {});
  expect(await run('enroll', url ?? '', code ?? '').ended).toMatchObject({ code: 0 });
  expect(await run('accept', 'cloud').ended).toMatchObject({ code: 0 });
  workers.push(run('run'));
}

describe('a hunt on lent machines, from the suite to the thanks', () => {
  it('is set up, with a suite that somebody else approves', async () => {
    const plan = await say(town.owner.id, 'setup', { language: 'en-US' });
    await answered(owner().press(plan, 'Apply'));
    await eventually(() => channel('hunts') && channel('findings'));

    expect(read(await say(town.ana.id, 'suite add', { shipped: 'cloud' }))).toContain('cloud is added');
    const digest = await eventually(
      () => bot.guilds.open(town.guild.id).db.prepare('SELECT digest FROM suite').pluck().get() as string,
    );
    expect(read(await say(town.ana.id, 'suite approve', { suite: digest }))).toContain('moderators');
    expect(read(await say(town.owner.id, 'hunt start', { suite: 'cloud' }))).toContain('no such suite');
    expect(read(await say(town.owner.id, 'suite approve', { suite: digest }))).toContain('may run on machines');
  });

  it(
    'is lent six machines by three people',
    async () => {
      const names = [town.ana.id, town.wei.id, bo.id].flatMap((lender) => [1, 2].map((n) => [lender, n] as const));
      for (const [lender, n] of names) {
        await lend(lender, `bird-${[town.ana.id, town.wei.id, bo.id].indexOf(lender) + 1}-${n}`);
      }
      expect(read(await say(town.owner.id, 'machine list'))).toContain('6 machines');
    },
    PATIENCE,
  );

  it(
    'finds, repeats, shrinks and confirms a bug on other people’s machines',
    async () => {
      const told = await say(town.owner.id, 'hunt start', {
        suite: 'cloud',
        bugs: 'w7, flaky_start',
        steps: 200_000,
        length: 100,
        strategy: 'mix',
      });
      expect(read(told)).toContain('Hunt #1 runs');
      await eventually(() => read(live()).includes('Hunt #1'));
      const thread = await eventually(() => threads().find(({ name }) => name.includes('create_snapshot')));
      expect(read(card(thread.id))).toMatch(/Suspected|Reproduced|Confirmed/);
      await eventually(() => {
        return tagNames(thread.id).includes('Confirmed') && /7 steps, shrunk from/.test(read(card(thread.id)));
      });
      const text = read(card(thread.id));
      expect(text).toContain('confirmed by');
      expect(card(thread.id).attachments.map(({ filename }) => filename)).toEqual([
        expect.stringMatching(/^finding-\d+\.yaml$/),
      ]);
      expect(new Set(threads().map(({ name }) => name)).size).toBe(threads().length);
    },
    PATIENCE,
  );

  it(
    'ends with a picture, and credit on the board',
    async () => {
      await say(town.owner.id, 'hunt stop', { hunt: 1 });
      await eventually(() => {
        return live().attachments.some(({ filename }) => filename === 'hunt-1.png');
      });
      const board = read(await say(bo.id, 'machine board'));
      for (const id of [town.ana.id, town.wei.id, bo.id]) expect(board).toContain(`<@${id}>`);
      expect(town.local.violations).toEqual([]);
      expect(town.logged.filter((line) => /"level":(50|60|"error")/.test(line))).toEqual([]);
    },
    PATIENCE,
  );
});
