import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { neededPermissions } from '../../src/discord/invite.js';
import { startLocalDiscord } from '../../src/local-discord/index.js';
import { createPage } from '../../src/local-discord/page-api/index.js';
import { seedCommunity } from '../../src/local-discord/seed.js';
import { systemClock } from '../../src/platform/clock.js';
import { createGuildStore } from '../../src/platform/guild-store.js';
import { createLog } from '../../src/platform/log.js';
import { createMetrics } from '../../src/platform/metrics.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { packageRoot, shipped } from '../../src/platform/paths.js';
import { describeInBrowser, openScreen, picture, type Screen } from '../support/browser.js';
import { type FlockProcess, flockProcess } from '../support/flock-process.js';
import { answered, read } from '../support/until.js';

const root = join(packageRoot, 'dist', 'page');
const folder = mkdtempSync(join(tmpdir(), 'flock-browser-'));
/** A bug takes machines to find, and this test shares its processor with them. Milliseconds. */
const PATIENCE = 120_000;

describeInBrowser('a hunt, as people see it', () => {
  let local: Awaited<ReturnType<typeof startLocalDiscord>>;
  let stopBot: () => Promise<void>;
  let screen: Screen;
  const workers: FlockProcess[] = [];
  /** Windows of the owner (Chinese) and of a lender (English). */
  let lin: Page;
  let ravi: Page;

  const person = (username: string) => {
    const found = local.people().find((one) => one.user().username === username);
    if (!found) throw new Error(`no ${username}`);
    return found;
  };
  const guild = () => person('lin').guilds()[0]?.id ?? '';
  const channelOf = (name: string) =>
    person('lin')
      .channels(guild())
      .find((one) => one.name === name)?.id ?? '';
  const windowOf = (username: string): Promise<Page> =>
    screen.open(`${local.url}/?as=${person(username).id}#/${guild()}/${channelOf('general')}`);
  const say = async (username: string, command: string, options: Record<string, string | number> = {}) =>
    read(await answered(person(username).command(channelOf('general'), command, options)));

  async function enrol(offer: string, name: string): Promise<void> {
    const [, url, code] = /npx flock worker enroll (\S+) ([0-9A-Z-]+)/.exec(offer) ?? [];
    const run = (...args: readonly string[]) => flockProcess(['worker', ...args, '--home', join(folder, name)], {});
    await run('enroll', url ?? '', code ?? '').ended;
    await run('accept', 'cloud').ended;
    workers.push(run('run'));
  }

  beforeAll(async () => {
    if (!existsSync(join(root, 'index.html'))) await build({ root: packageRoot, logLevel: 'error' });
    const fault = (error: unknown) => console.error(error);
    local = await startLocalDiscord({
      openapi: process.env.DISCORD_OPENAPI || undefined,
      onFault: fault,
      seed: (world) => seedCommunity(world, { botPermissions: neededPermissions }),
    });
    local.mount(await createPage({ people: local.people, root: pathToFileURL(`${root}/`), fault }));
    const guilds = createGuildStore({ folder, migrations: readMigrations(shipped('migrations')), clock: systemClock });
    const metrics = createMetrics();
    const app = createApp({
      discord: { api: local.apiUrl, token: local.token },
      ...{ guilds, clock: systemClock, metrics, http: { host: '127.0.0.1', port: 0 } },
      log: createLog({ level: 'warn', destination: { write: (line) => console.error(line) } }),
    });
    await app.start();
    stopBot = async () => {
      await app.stop();
      metrics.stop();
      guilds.close();
    };
    screen = await openScreen();
    [lin, ravi] = await Promise.all([windowOf('lin'), windowOf('ravi')]);
  }, PATIENCE);
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.send('SIGTERM')));
    await screen?.close();
    await stopBot?.();
    await local?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, PATIENCE);

  it(
    'has a place, a suite, and machines of three members',
    async () => {
      const plan = await answered(person('lin').command(channelOf('general'), 'setup'));
      await answered(person('lin').press(plan, '执行'));
      await lin.getByLabel('捉虫-hunts', { exact: true }).waitFor();
      await say('ana', 'suite add', { shipped: 'cloud' });
      const suite = await person('lin').autocomplete(channelOf('general'), 'suite approve', 'suite', { suite: '' })
        .outcome;
      const [choice] = suite.kind === 'autocomplete' ? suite.choices : [];
      await say('lin', 'suite approve', { suite: String(choice?.value) });

      await ravi.getByRole('textbox').click();
      await ravi.keyboard.type('/machine lend');
      await ravi.getByText('Lend a machine').first().waitFor();
      await ravi.keyboard.press('Enter');
      await ravi.keyboard.type('owl');
      await ravi.keyboard.press('Enter');
      const line = ravi.getByText(/npx flock worker enroll/).first();
      await line.waitFor();
      await picture(ravi, 'hunt-1-lend');
      await enrol((await line.textContent()) ?? '', 'owl');
      await enrol(await say('laowang', 'machine lend', { name: 'jay' }), 'jay');
      await enrol(await say('ana', 'machine lend', { name: 'kea' }), 'kea');
    },
    PATIENCE,
  );

  it(
    'shows how it goes, in one message',
    async () => {
      await say('lin', 'hunt start', { suite: 'cloud', bugs: 'w7', steps: 200_000, length: 100 });
      await lin.getByLabel('捉虫-hunts', { exact: true }).click();
      await lin.getByText('捉虫 #1').first().waitFor();
      await lin
        .getByText(/个缺陷/)
        .first()
        .waitFor({ timeout: PATIENCE });
      await picture(lin, 'hunt-2-running');
    },
    PATIENCE,
  );

  it(
    'posts the bug in a thread, shrunk and confirmed on other people’s machines',
    async () => {
      const forum = channelOf('缺陷-findings');
      const finished = () =>
        person('lin')
          .threads(forum)
          .find(({ id }) => {
            const text = read(person('lin').message({ channel_id: forum && id, id }));
            return text.includes('已确认') && text.includes('7 步');
          });
      const until = performance.now() + PATIENCE - 10_000;
      while (!finished() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 250));
      expect(finished()).toBeDefined();
      await ravi.getByLabel('缺陷-findings', { exact: true }).click();
      await ravi.getByText('已确认 Confirmed').first().waitFor();
      await picture(ravi, 'hunt-3-findings');
      await ravi.getByText(/^#1 /).first().click();
      await ravi
        .getByText(/7 steps, shrunk from/)
        .first()
        .waitFor();
      // A post is read from its start; what it took stands at its end.
      await ravi
        .getByText(/confirmed by/)
        .first()
        .scrollIntoViewIfNeeded();
      await picture(ravi, 'hunt-4-finding');
    },
    PATIENCE,
  );

  it(
    'ends with a picture of what it covered',
    async () => {
      await lin.getByRole('button', { name: /停止/ }).first().click();
      await lin
        .getByText(/已停止/)
        .first()
        .waitFor({ timeout: 40_000 });
      await lin.locator('img[alt*="捉虫 #1"], img[src*="hunt-1.png"]').first().waitFor({ timeout: 40_000 });
      await picture(lin, 'hunt-5-ended');
      expect(screen.complaints).toEqual([]);
      expect(local.violations).toEqual([]);
    },
    PATIENCE,
  );
});
