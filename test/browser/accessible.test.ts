import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.js';
import { channels, composer, message, run, useStage } from './stage.js';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What stops or seriously hinders people who use the page with assistive technology, as axe finds it. */
async function barriers(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>('axe.run(document)');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

describeInBrowser('the page for everybody', () => {
  const stage = useStage();

  it('has no barrier in a channel, its picker, forms, menus and lists', { timeout: 60_000 }, async () => {
    const { hall } = stage;
    const ana = hall.actor('ana');
    hall
      .actor('hana')
      .say(hall.general.id, `Hi <@${hall.people.ana.id}> **b** \`c\` ||hidden|| <t:0:R> https://example.org\n# Title`);
    for (const command of ['card', 'embed', 'poll', 'panel', 'secret'])
      await ana.command(hall.general.id, command).outcome;
    // axe is put into the page, whose own policy would refuse it.
    const page = await stage.screen.open(hall.address('ana', hall.general), { bypassCSP: true });
    await message(page, 'Choose:').waitFor();
    await page.addScriptTag({ path: axe });
    expect(await barriers(page)).toEqual([]);

    await composer(page).fill('/echo');
    await page.getByRole('option').first().waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'text' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await message(page, 'Choose:').getByRole('combobox').first().click();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await run(page, 'form');
    await page.getByRole('dialog').getByRole('button', { name: 'Submit' }).click();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await message(page, 'Choose:').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await page.getByRole('complementary').getByText('Hana').click();
    await page.getByRole('dialog', { name: 'Hana' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: /switch person/ }).click();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await page.keyboard.press('Control+k');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');

    hall.actor('hana').post(hall.questions.id, { title: 'A post', content: 'x', tags: ['network'] });
    await channels(page).getByRole('button', { name: 'questions' }).click();
    await page.getByRole('button', { name: 'New Post' }).click();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Events/ }).click();
    expect(await barriers(page)).toEqual([]);
  });

  it('is walked by Tab alone, each stop seen', { timeout: 60_000 }, async () => {
    const page = await stage.screen.open(stage.hall.address('ana', stage.hall.rules));
    await page.getByRole('log').waitFor();
    const stops = new Set<string>();
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      if ((await focused.count()) === 0) continue;
      stops.add((await focused.getAttribute('aria-label')) ?? (await focused.textContent()) ?? '');
      const outline = await focused.evaluate((one) => Reflect.get(globalThis, 'getComputedStyle')(one).outlineStyle);
      expect(outline).not.toBe('none');
    }
    for (const name of ['Open Cloud Hall', 'general', 'Member List']) {
      expect([...stops].some((stop) => stop.includes(name))).toBe(true);
    }
  });
});
