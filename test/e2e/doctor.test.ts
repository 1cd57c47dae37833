import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSettings } from '../../src/community/settings.js';
import { neededPermissions } from '../../src/discord/invite.js';
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
  expect(report).toMatch(/I lack permissions: .*`ManageRoles`/);
  // A new role is the lowest; staff drags it to the top.
  expect(report).toContain(t('doctor.position.fine'));
  moveRoles(town.local.world, town.owner.id, town.guild.id, [{ id: helpers.id, position: 9 }]);
  expect(read(await doctor())).toContain(t('doctor.position.above', { roles: `<@&${helpers.id}>` }));
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
