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

const root = join(packageRoot, 'dist', 'page');
const folder = mkdtempSync(join(tmpdir(), 'flock-browser-'));

/** The seeded community with its page, as `npm start` without a token brings it up. */
async function openCommunity() {
  if (!existsSync(join(root, 'index.html'))) await build({ root: packageRoot, logLevel: 'error' });
  const fault = (error: unknown) => console.error(error);
  const local = await startLocalDiscord({
    openapi: process.env.DISCORD_OPENAPI || undefined,
    onFault: fault,
    seed: (world) => seedCommunity(world, { botPermissions: neededPermissions }),
  });
  local.mount(await createPage({ people: local.people, root: pathToFileURL(`${root}/`), fault }));
  return local;
}

async function startBot(discord: { apiUrl: string; token: string }) {
  const guilds = createGuildStore({ folder, migrations: readMigrations(shipped('migrations')), clock: systemClock });
  const metrics = createMetrics();
  const log = createLog({ level: 'warn', destination: { write: (line) => console.error(line) } });
  const app = createApp({
    discord: { api: discord.apiUrl, token: discord.token },
    guilds,
    clock: systemClock,
    log,
    metrics,
  });
  await app.start();
  return async () => {
    await app.stop();
    metrics.stop();
    guilds.close();
  };
}

describeInBrowser('a question, as people see it', () => {
  let local: Awaited<ReturnType<typeof openCommunity>>;
  let stopBot: () => Promise<void>;
  let screen: Screen;
  /** Windows of the owner (Chinese), a newcomer (Chinese) and a helper (English). */
  let lin: Page;
  let zhou: Page;
  let jonas: Page;

  const windowOf = async (username: string): Promise<Page> => {
    const person = local.people().find((one) => one.user().username === username);
    const [guild] = person?.guilds() ?? [];
    const channel = guild && person?.channels(guild.id).find(({ name }) => name === 'general');
    return screen.open(`${local.url}/?as=${person?.id}#/${guild?.id}/${channel?.id}`);
  };

  beforeAll(async () => {
    local = await openCommunity();
    stopBot = await startBot(local);
    screen = await openScreen();
    [lin, zhou, jonas] = await Promise.all([windowOf('lin'), windowOf('xiaozhou'), windowOf('jonas')]);
  });
  afterAll(async () => {
    await screen?.close();
    await stopBot?.();
    await local?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Types a command into the open channel, as people do. */
  async function command(page: Page, text: string, described: string): Promise<void> {
    await page.getByRole('textbox').click();
    await page.keyboard.type(text);
    await page.getByText(described).first().waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
  }

  const openForum = (page: Page) => page.getByLabel('问题-questions', { exact: true }).click();

  it('the owner sets the place up', async () => {
    await command(lin, '/建立', '先看我会在本服务器里建立什么');
    await lin.getByText('将要建立的内容').waitFor();
    await picture(lin, 'question-1-plan');
    await lin.getByRole('button', { name: '执行' }).click();
    await lin.getByLabel('问题-questions', { exact: true }).waitFor();
    for (let tries = 0; tries < 20 && !(await lin.getByText('一切就绪').isVisible()); tries += 1) {
      await lin.getByRole('button', { name: '再看一次' }).click();
      await lin
        .getByText(/一切就绪|正在建立/)
        .first()
        .waitFor();
    }
    expect(await lin.getByText('一切就绪').isVisible()).toBe(true);
  });

  it('a newcomer asks in Chinese', async () => {
    await command(zhou, '/提问', '提一个问题');
    const modal = zhou.getByRole('dialog');
    await modal.getByLabel('标题').fill('云主机拿不到 IP 地址');
    await modal.getByLabel('发生了什么').fill('重启网络服务之后，云主机的 **网卡** 一直没有地址。');
    await modal.getByLabel('版本').fill('3.9');
    await picture(zhou, 'question-2-modal');
    await modal.getByRole('button', { name: /提交/ }).click();
    await zhou.getByText('你的问题 #1 已发到').waitFor();
    await picture(zhou, 'question-3-posted');
  });

  it('a helper answers', async () => {
    await openForum(jonas);
    await jonas.getByText('云主机拿不到 IP 地址').first().click();
    await jonas.getByText('一直没有地址').waitFor();
    await picture(jonas, 'question-4-post');
    await jonas.getByRole('textbox').click();
    await jonas.keyboard.type('Check that `dnsmasq` runs on the host.');
    await jonas.keyboard.press('Enter');
    await jonas.getByText('runs on the host').waitFor();
  });

  it('the asker accepts the answer, though the bot was started anew in between', async () => {
    await stopBot();
    stopBot = await startBot(local);
    await openForum(zhou);
    await zhou.getByText('云主机拿不到 IP 地址').first().click();
    await zhou.getByText('runs on the host').click({ button: 'right' });
    await zhou.getByRole('menuitem', { name: '应用' }).hover();
    await zhou.getByRole('menuitem', { name: '采纳回答' }).click();
    await zhou
      .getByText(/已采纳/)
      .first()
      .waitFor();
    await zhou.getByText('你的回答被').waitFor();
    await zhou.getByText('已解答 · Answered').first().waitFor();
    await picture(zhou, 'question-5-accepted');
  });

  it('everybody sees that it is answered', async () => {
    await jonas.getByText('your answer was accepted').waitFor();
    await openForum(lin);
    await lin.getByText('已解答 Answered').first().waitFor();
    await picture(lin, 'question-6-forum');
    expect(screen.complaints).toEqual([]);
    expect(local.violations).toEqual([]);
  });
});
