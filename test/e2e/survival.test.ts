import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalDiscord, startLocalDiscord } from '../../src/local-discord/index.js';
import { translator } from '../../src/platform/i18n.js';
import { flockProcess } from '../support/flock-process.js';
import { settle } from '../support/town.js';
import { answered, read } from '../support/until.js';

let local: LocalDiscord;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flock-survival-'));
  local = await startLocalDiscord({ rateLimits: 'off' });
});
afterEach(async () => {
  await local.stop();
  rmSync(folder, { recursive: true });
});

it('survives what nobody caught: counts it, logs it, and goes on answering', async () => {
  const { application, ana, general } = settle(local.world);
  const flock = flockProcess(
    ['start'],
    {
      DATA_DIR: folder,
      HTTP_PORT: '0',
      DISCORD_API_URL: local.apiUrl,
      DISCORD_TOKEN: application.token,
      LOG_LEVEL: 'error',
    },
    folder,
  );
  try {
    const [, metrics = ''] = await flock.prints(/Metrics: (http\S+)/);
    const count = async () =>
      Number(/^flock_unhandled_rejections_total (\d+)/m.exec(await (await fetch(metrics)).text())?.[1]);

    // A second READY without its contents: the connection itself trips over it, before any guard of ours.
    local.dispatch('READY', {}, application.id);
    await expect.poll(count).toBe(1);
    expect(flock.stderr.join('')).toContain('unhandled rejection');

    const answer = await answered(local.actor(ana.id).command(general.id, 'help'));
    expect(read(answer)).toContain(translator('en-US')('help.title'));
  } finally {
    await flock.send('SIGTERM');
  }
  expect((await flock.ended).code).toBe(0);
});
