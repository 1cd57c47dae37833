import { existsSync, writeFileSync } from 'node:fs';
import { PermissionFlagsBits } from 'discord.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSettings } from '../../src/community/settings.js';
import { neededPermissions } from '../../src/discord/invite.js';
import { setOverwrite } from '../../src/local-discord/operations/channels.js';
import { createRole, moveRoles, updateRole } from '../../src/local-discord/operations/roles.js';
import { translator } from '../../src/platform/i18n.js';
import { openTown } from '../support/bot.js';
import { answered, read } from '../support/until.js';

const t = translator('en-US');
let town: Awaited<ReturnType<typeof openTown>>;
beforeEach(async () => {
  town = await openTown({ rateLimits: 'off' });
});
afterEach(async () => {
  await town.close();
  expect(town.local.violations).toEqual([]);
});

const olga = () => town.local.actor(town.owner.id);
const doctor = () => answered(olga().command(town.general.id, 'doctor'));
const permit = (permissions: bigint) =>
  updateRole(town.local.world, town.owner.id, town.guild.id, town.botRole.id, { permissions: permissions.toString() });

it('finds nothing wrong where nothing is', async () => {
  permit(neededPermissions);
  await town.startBot();
  const report = read(await doctor());
  expect(report).toContain(t('doctor.permissions.all'));
  expect(report).toContain(t('doctor.position.fine'));
  expect(report).toContain(t('doctor.outbox.empty'));
  expect(report).toContain(t('doctor.faults.none'));
  expect(report).not.toContain('❌');
});

it('names the permissions that are missing and the roles that stand too high', async () => {
  const helpers = createRole(town.local.world, town.owner.id, town.guild.id, { name: 'helpers' });
  const bot = await town.startBot();
  createSettings(bot.guilds.open(town.guild.id).db).setPlace('role.helper', helpers.id);
  const report = read(await doctor());
  expect(report).toMatch(/I lack permissions: .*\*\*Manage Roles\*\*/);
  // A new role is the lowest; staff drags it to the top.
  expect(report).toContain(t('doctor.position.fine'));
  moveRoles(town.local.world, town.owner.id, town.guild.id, [{ id: helpers.id, position: 9 }]);
  expect(read(await doctor())).toContain(t('doctor.position.above', { roles: `<@&${helpers.id}>` }));
});

it('names what the settings of one of our channels take away', async () => {
  permit(neededPermissions);
  const bot = await town.startBot();
  createSettings(bot.guilds.open(town.guild.id).db).setPlace('channel.questions', town.questions.id);
  expect(read(await doctor())).toContain(t('doctor.permissions.all'));
  const deny = String(PermissionFlagsBits.SendMessages | PermissionFlagsBits.ManageRoles);
  setOverwrite(town.local.world, town.owner.id, town.questions.id, town.botRole.id, { type: 0, deny });
  const report = read(await doctor());
  const wanted = { channel: `<#${town.questions.id}>`, names: '**Send Messages**' };
  expect(report).toContain(t('doctor.permissions.missing_here', wanted));
  expect(report).not.toContain(t('doctor.permissions.all'));
});

it('shows what was given up, tries it again, and drops it', async () => {
  permit(neededPermissions);
  const bot = await town.startBot();
  const outbox = () => bot.guilds.open(town.guild.id).outbox;
  outbox().add({ kind: 'post', channel: '1', message: { content: 'hello' } });
  await expect.poll(() => outbox().stats().parked).toBe(1);
  const report = await doctor();
  expect(read(report)).toContain('Unknown Channel');

  const again = await answered(olga().press(report, t('doctor.retry')));
  expect(read(again)).toContain(t('doctor.outbox.pending', { pending: 1, oldest: '' }).slice(0, 20));
  await expect.poll(() => outbox().stats().parked).toBe(1);

  const [first, second] = [await doctor(), await doctor()];
  const dropped = await answered(olga().press(first, t('doctor.drop')));
  expect(read(dropped)).not.toContain('Unknown Channel');
  expect(outbox().stats()).toMatchObject({ pending: 0, parked: 0 });
  expect(read(await answered(olga().press(second, t('doctor.drop'))))).toContain(t('refusal.effect_gone'));
});

it('tells the asker when Discord refuses their question, and posts it when staff tried again', async () => {
  permit(neededPermissions);
  const bot = await town.startBot();
  const guild = () => bot.guilds.open(town.guild.id);
  createSettings(guild().db).setPlace('channel.questions', town.questions.id);
  const ana = town.local.actor(town.ana.id);
  const told = () => ana.directs().flatMap(({ id }) => ana.messages(id).map(({ content }) => content));
  const forbid = (deny: bigint) =>
    setOverwrite(town.local.world, town.owner.id, town.questions.id, town.botRole.id, { type: 0, deny: String(deny) });
  async function askInVain(title: string): Promise<void> {
    const opened = await ana.command(town.general.id, 'ask').outcome;
    if (opened.kind !== 'modal') throw new Error(`/ask was answered with ${opened.kind}`);
    forbid(PermissionFlagsBits.SendMessages);
    await answered(ana.submit(opened.modal, { title, body: 'It says: timeout.' }));
    await expect.poll(() => guild().outbox.stats().parked).toBe(1);
  }

  await askInVain('No network in my VM');
  await expect.poll(told).toHaveLength(1);
  expect(told()[0]).toBe(
    `${t('question.refused.dm', { id: 1, forum: `<#${town.questions.id}>` })}\n>>> No network in my VM\nIt says: timeout.`,
  );
  // Staff try in vain: that is no news to the asker.
  await answered(olga().press(await doctor(), t('doctor.retry')));
  await expect.poll(() => guild().outbox.stats()).toMatchObject({ pending: 0, parked: 1 });
  await expect.poll(() => guild().outbox.parked()[0]?.attempts).toBeGreaterThan(1);
  expect(told()).toHaveLength(1);
  forbid(0n);
  await answered(olga().press(await doctor(), t('doctor.retry')));
  await expect.poll(() => ana.threads(town.questions.id).map(({ name }) => name)).toEqual(['No network in my VM']);

  // A person who takes no messages is no trouble to anybody.
  const user = town.local.world.users.get(town.ana.id);
  if (user) user.closed_to_direct = true;
  await askInVain('The disk is full');
  await expect.poll(() => guild().outbox.stats()).toMatchObject({ pending: 0, parked: 1 });
  await answered(olga().press(await doctor(), t('doctor.drop')));
  expect(guild().db.prepare('SELECT title, state FROM question ORDER BY id').all()).toEqual([
    { title: 'No network in my VM', state: 'open' },
    { title: 'The disk is full', state: 'gone' },
  ]);
  expect(guild().schedule.get('question.raise:2')).toBeUndefined();
  expect(told()).toHaveLength(1);
});

it("says that the server's file can be read but not written, until it can", async () => {
  const bot = await town.startBot();
  const guild = () => bot.guilds.open(town.guild.id);
  // By then the bot has looked at everything that it looks at when it starts.
  await doctor();
  guild().db.pragma('query_only = ON');
  expect(() => guild().transaction(() => createSettings(guild().db).setPlace('tag.open', '1'))()).toThrow();
  const trouble = t('answer.unavailable', { kind: 'read-only' });
  expect(read(await doctor())).toContain(trouble);
  guild().db.pragma('query_only = OFF');
  guild().transaction(() => createSettings(guild().db).setPlace('tag.open', '1'))();
  expect(read(await doctor())).not.toContain(trouble);
});

it("says what is wrong with the server's file, and leaves it alone", async () => {
  const file = `${town.folder}/${town.guild.id}.sqlite`;
  writeFileSync(file, 'this is no database, but it is more than sixteen bytes long');
  await town.startBot();
  expect(read(await doctor())).toContain(t('answer.unavailable', { kind: 'corrupt' }));
  const ana = town.local.actor(town.ana.id);
  expect(read(await answered(ana.command(town.general.id, 'help')))).toContain(
    t('answer.unavailable', { kind: 'corrupt' }),
  );
  expect(existsSync(`${file}-wal`)).toBe(false);
});
