import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTown, type RunningBot } from '../support/bot.js';
import { answered, read } from '../support/until.js';

let town: Awaited<ReturnType<typeof openTown>>;
let bot: RunningBot;
beforeAll(async () => {
  town = await openTown({ rateLimits: 'off', http: true });
  bot = await town.startBot();
});
afterAll(async () => {
  await town.close();
  expect(town.local.violations).toEqual([]);
});

const help = () => town.local.actor(town.ana.id).command(town.general.id, 'help');
const health = async () => {
  const response = await fetch(`${bot.httpUrl}/healthz`);
  return { status: response.status, body: await response.json() };
};

describe('a lost connection', () => {
  it('is resumed, and what was said meanwhile is answered', async () => {
    town.local.dropGateway('cut', town.application.id);
    // Nobody hears this until the bot is back; Discord keeps it for the session.
    const asked = help();
    expect(read(await answered(asked))).toContain('/help');
    await expect.poll(() => town.logged.some((line) => line.includes('"resumed"'))).toBe(true);
  });

  it('comes back when Discord asks for it', async () => {
    const before = town.logged.length;
    town.local.dropGateway('reconnect', town.application.id);
    await expect
      .poll(() => town.logged.slice(before).some((line) => line.includes('"resumed"')), { timeout: 5_000 })
      .toBe(true);
    expect(read(await answered(help()))).toContain('/help');
  });

  it('shows in the health of the process until it is back', async () => {
    expect(await health()).toMatchObject({ status: 200, body: { status: 'ok', guilds: 1 } });
    town.local.dropGateway('cut', town.application.id);
    await expect.poll(async () => (await health()).status, { interval: 1 }).toBe(503);
    await expect.poll(async () => (await health()).status).toBe(200);
  });
});

it('counts answers by command and outcome, and shows the state of the process', async () => {
  await answered(help());
  const metrics = await (await fetch(`${bot.httpUrl}/metrics`)).text();
  expect(metrics).toMatch(/flock_answers_total\{command="help",outcome="ok"\} [1-9]/);
  for (const name of [
    'flock_answer_seconds_bucket{le="0.1",command="help"}',
    'flock_outbox_pending 0',
    'flock_outbox_oldest_seconds 0',
    'flock_guild_files_open 1',
    'flock_event_loop_lag_seconds',
    'flock_unhandled_rejections_total 0',
  ]) {
    expect(metrics).toContain(name);
  }
});
