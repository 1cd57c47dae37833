/** A town whose members lend machines: the bot, the local Discord, and real workers in processes of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type APIMessage, ChannelType, PermissionFlagsBits as P } from 'discord.js';
import { NEEDED_PERMISSIONS } from '../../src/community/setup-plan.js';
import type { TypedOptions } from '../../src/local-discord/actor.js';
import { joinGuild } from '../../src/local-discord/operations/members.js';
import { updateRole } from '../../src/local-discord/operations/roles.js';
import { createUser } from '../../src/local-discord/operations/users.js';
import { systemClock } from '../../src/platform/clock.js';
import { openTown } from './bot.js';
import { type FlockProcess, flockProcess } from './flock-process.js';
import { answered, read } from './until.js';

/** What takes machines to come about takes longer than what a bot answers. Milliseconds. */
export const PATIENCE = 150_000;

export type LentTown = Awaited<ReturnType<typeof openLentTown>>;

/** `/setup` has been applied; nobody has lent anything yet. */
export async function openLentTown() {
  /** Real time, moved on between commands: nobody types as fast as a test. */
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const town = await openTown({ clock, rateLimits: 'off', http: true });
  const bo = createUser(town.local.world, { username: 'bo', globalName: 'Bo' });
  joinGuild(town.local.world, bo.id, town.guild.id);
  const needed = NEEDED_PERMISSIONS.reduce((sum, name) => sum | P[name], 0n);
  updateRole(town.local.world, town.owner.id, town.guild.id, town.botRole.id, { permissions: String(needed) });
  const bot = await town.startBot();
  const homes = mkdtempSync(join(tmpdir(), 'flock-homes-'));
  const workers: FlockProcess[] = [];
  const owner = () => town.local.actor(town.owner.id);

  async function say(who: string, command: string, options: TypedOptions = {}, where = town.general.id) {
    ahead += 2_000;
    return answered(town.local.actor(who).command(where, command, options));
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
  const threads = () => owner().threads(channel('findings')?.id ?? '');

  const plan = await say(town.owner.id, 'setup', { language: 'en-US' });
  await answered(owner().press(plan, 'Apply'));
  await eventually(() => channel('hunts') && channel('findings'));

  return {
    ...town,
    bo,
    bot,
    say,
    /** Time goes by, for the bot alone. Milliseconds. */
    pass(ms: number): void {
      ahead += ms;
    },
    told: async (...args: Parameters<typeof say>): Promise<string> => read(await say(...args)),
    eventually,
    channel,
    threads,
    /** Live messages of hunts, the newest last. */
    live(hunt: number): APIMessage | undefined {
      return owner()
        .messages(channel('hunts')?.id ?? '')
        .find((message) => read(message).includes(`Hunt #${hunt} `));
    },
    card: (thread: string) => owner().message({ channel_id: thread, id: thread }),
    tagNames(thread: string): string[] {
      const forum = channel('findings');
      const tags = forum?.type === ChannelType.GuildForum ? forum.available_tags : [];
      const applied = threads().find(({ id }) => id === thread)?.applied_tags ?? [];
      return tags.filter(({ id }) => applied.includes(id)).map(({ name }) => name);
    },

    /** Lends a machine as people do: the code from `/machine lend`, typed into the worker, which then runs. */
    async lend(lender: string, name: string, suite: string): Promise<void> {
      const offer = read(await say(lender, 'machine lend', { name }));
      const [, url, code] = /npx flock worker enroll (\S+) ([0-9A-Z-]+)/.exec(offer) ?? [];
      const run = (...args: readonly string[]) => flockProcess(['worker', ...args, '--home', join(homes, name)], {});
      for (const words of [
        ['enroll', url ?? '', code ?? ''],
        ['accept', suite],
      ]) {
        const { code: status } = await run(...words).ended;
        if (status !== 0) throw new Error(`flock worker ${words.join(' ')} ended with ${status}`);
      }
      workers.push(run('run'));
    },

    async close(): Promise<void> {
      await Promise.all(workers.map((worker) => worker.send('SIGTERM')));
      await town.close();
      rmSync(homes, { recursive: true, force: true });
    },
  };
}
