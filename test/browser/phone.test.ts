import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.js';
import { channels, composer, message, run, useStage } from './stage.js';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Nothing may reach over the screen's edge. */
async function expectToFit(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
}

describeInBrowser('the page on a phone', () => {
  const stage = useStage();

  it('finds channels in a drawer, and closes it when one is chosen', async () => {
    const page = await stage.screen.open(stage.hall.address('ana', stage.hall.general), phone);
    await composer(page).waitFor();
    await expectToFit(page);
    expect(await channels(page).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Show channels' }).tap();
    await channels(page).getByText('中文交流').tap();
    await page.getByRole('heading', { level: 1, name: '中文交流' }).waitFor();
    await channels(page).waitFor({ state: 'hidden' });
  });

  it('runs a command, fills in a form and picks from a select, within its width', async () => {
    const page = await stage.screen.open(stage.hall.address('wei', stage.hall.zhong), phone);
    await composer(page).tap();
    await composer(page).fill('/复');
    await page.getByRole('option', { name: /复述/ }).tap();
    await page.getByRole('combobox', { name: '文字' }).fill('手机');
    await page.getByRole('combobox', { name: 'size' }).tap();
    await page.getByRole('option', { name: '小' }).tap();
    await expectToFit(page);
    await page.getByRole('button', { name: '运行命令' }).tap();
    await message(page, 'text: 手机').waitFor();

    for (const command of ['card', 'embed', 'poll', 'panel']) await run(page, command);
    await message(page, 'Choose:').waitFor();
    await expectToFit(page);
    await message(page, 'Choose:').getByRole('combobox', { name: 'Pick some birds' }).tap();
    await page.getByRole('option', { name: 'Owl' }).tap();
    await page.getByRole('button', { name: /^完成/ }).tap();
    await message(page, 'Picked Owl').waitFor();

    await message(page, 'Choose:').getByRole('button', { name: 'Form' }).tap();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Title' }).fill('在手机上');
    await form.getByRole('combobox', { name: 'Version' }).tap();
    await page.getByRole('option', { name: '4.8' }).tap();
    await expectToFit(page);
    await form.getByRole('button', { name: '提交' }).tap();
    await message(page, 'title: 在手机上').waitFor();
  });

  it('shows members over the messages, and the menu of a message from below', async () => {
    const page = await stage.screen.open(stage.hall.address('ana', stage.hall.general), phone);
    stage.hall.actor('hana').say(stage.hall.general.id, 'long press me');
    await page.getByRole('button', { name: 'Member List' }).tap();
    await page.getByRole('complementary').getByText('Max Maintainer').waitFor();
    await page.getByRole('button', { name: 'Member List' }).tap();
    await message(page, 'long press me').dispatchEvent('contextmenu', { clientX: 380, clientY: 700 });
    await page.getByRole('menuitem', { name: 'Apps' }).tap();
    await expectToFit(page);
    await page.getByRole('menuitem', { name: 'Accept answer' }).tap();
    await message(page, 'Accepted: long press me').waitFor();
  });
});
