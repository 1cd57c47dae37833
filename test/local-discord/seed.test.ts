import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLocalDiscord } from '../../src/local-discord/index.js';
import { guildPermissions } from '../../src/local-discord/permissions.js';
import { seedCommunity } from '../../src/local-discord/seed.js';

const botPermissions = P.ViewChannel | P.SendMessages | P.ManageRoles;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-discord-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const start = () =>
  startLocalDiscord({
    file: join(folder, 'deeper', 'discord.sqlite'),
    seed: (world) => void seedCommunity(world, { botPermissions }),
  });

it('gives a newcomer somewhere to be, and remembers what was said when it is started again', async () => {
  const first = await start();
  const [guild] = first.world.guilds.values();
  const newcomer = first.people().find(({ locale, id }) => locale === 'zh-CN' && id !== guild?.owner_id);
  if (!guild || !newcomer) throw new Error('nobody is there');
  const names = newcomer.channels(guild.id).map((channel) => ('name' in channel ? channel.name : ''));
  expect(names).toContain('中文');
  expect(names).not.toContain('staff');
  const chinese = newcomer.channels(guild.id).find((channel) => 'name' in channel && channel.name === '中文');
  newcomer.say(chinese?.id ?? '', '你好');
  const before = newcomer.messages(chinese?.id ?? '');
  expect(before.length).toBeGreaterThan(3);
  expect(Date.parse(before[0]?.timestamp ?? '')).toBeLessThan(Date.now() - 3_600_000);
  await first.stop();

  const second = await start();
  expect(second.token).toBe(first.token);
  expect(second.world.guilds.size).toBe(1);
  expect(second.actor(newcomer.id).messages(chinese?.id ?? '')).toEqual(
    JSON.parse(JSON.stringify(before).replaceAll(first.url, second.url)),
  );
  await second.stop();
});

it('invites the bot with exactly the permissions of its link, below the people’s roles', async () => {
  const discord = await start();
  const [guild] = discord.world.guilds.values();
  const [application] = discord.world.applications.values();
  const member = guild?.members.get(application?.bot_id ?? '');
  if (!guild || !member) throw new Error('no bot');
  const everyone = BigInt(guild.roles.get(guild.id)?.permissions ?? 0);
  expect(guildPermissions(guild, member, Date.now())).toBe(everyone | botPermissions);
  await discord.stop();
});
