import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Job } from '../../src/discord/catalogue.js';
import { messageCommand, slashCommand } from '../../src/discord/command.js';
import { openTown } from '../support/bot.js';

const help = slashCommand({ name: 'help', run: async () => {} });
const doctor = slashCommand({ name: 'doctor', access: 'staff', run: async () => {} });
const openDoctor = slashCommand({ name: 'doctor', run: async () => {} });
const accept = messageCommand({ name: 'accept', run: async () => {} });
const job = (...parts: Job['parts']): readonly Job[] => [{ name: 'start', parts }];

let town: Awaited<ReturnType<typeof openTown>>;
beforeAll(async () => {
  town = await openTown({ rateLimits: 'off' });
});
afterAll(async () => {
  await town.close();
  expect(town.local.violations).toEqual([]);
});

/** Starts and stops a bot with these commands; what it wrote, and what people then find. */
async function restart(jobs?: readonly Job[]) {
  const from = town.logged.length;
  const bot = await town.startBot({ jobs });
  const line = town.logged.slice(from).find((entry) => entry.includes('commands registered')) ?? '{}';
  const { created, updated, deleted } = JSON.parse(line);
  const olga = town.local.actor(town.owner.id);
  const kinds = ['chat', 'user', 'message'] as const;
  const found = kinds.flatMap((kind) => olga.commands(town.general.id, kind).map(({ command }) => command));
  await bot.stop();
  return {
    written: { created, updated, deleted },
    found: found.map(({ name, id, version }) => ({ name, id, version })),
  };
}

it('writes only what is different from what Discord has', async () => {
  const first = await restart(job(help, doctor, accept));
  expect(first.written).toEqual({ created: ['help', 'doctor', 'Accept answer'], updated: [], deleted: [] });

  const unchanged = await restart(job(help, doctor, accept));
  expect(unchanged.written).toEqual({ created: [], updated: [], deleted: [] });
  expect(unchanged.found).toEqual(first.found);

  const changed = await restart(job(help, openDoctor, accept));
  expect(changed.written).toEqual({ created: [], updated: ['doctor'], deleted: [] });
  expect(changed.found.map(({ id }) => id)).toEqual(first.found.map(({ id }) => id));
  const versions = (name: string) =>
    [first, changed].map(({ found }) => found.find((one) => one.name === name)?.version);
  expect(new Set(versions('help')).size).toBe(1);
  expect(new Set(versions('doctor')).size).toBe(2);

  const fewer = await restart(job(help, accept));
  expect(fewer.written).toEqual({ created: [], updated: [], deleted: ['doctor'] });
  expect(fewer.found.map(({ name }) => name)).toEqual(['help', 'Accept answer']);
});

it('writes nothing at a second start with everything that ships', async () => {
  await restart();
  expect((await restart()).written).toEqual({ created: [], updated: [], deleted: [] });
});
