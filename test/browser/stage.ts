/** A hall, its bot and a browser for the tests of one file, and the parts of the page by what they are called. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openScreen, type Screen } from '../support/browser.js';
import { type Hall, openHall } from './hall.js';
import type { Parrot } from './parrot.js';

export interface Stage {
  readonly hall: Hall;
  readonly screen: Screen;
  readonly bot: Parrot;
}

/** Starts everything before the file's tests. After each of them, no window may have complained. */
export function useStage(): Stage {
  let hall: Hall | undefined;
  let screen: Screen | undefined;
  let bot: Parrot | undefined;
  beforeAll(async () => {
    hall = await openHall();
    bot = await hall.startBot();
    screen = await openScreen();
  });
  afterEach(async ({ task }) => {
    await screen?.clear(task.result?.state === 'fail' ? task.name.replaceAll(/[^\w ]/g, '') : undefined);
    expect(screen?.complaints ?? []).toEqual([]);
    expect(hall?.local.violations ?? []).toEqual([]);
  });
  afterAll(async () => {
    await screen?.close();
    await bot?.stop();
    await hall?.close();
  });
  const there = <T>(one: T | undefined): T => {
    if (one === undefined) throw new Error('the stage is not set');
    return one;
  };
  return {
    get hall() {
      return there(hall);
    },
    get screen() {
      return there(screen);
    },
    get bot() {
      return there(bot);
    },
  };
}

export const composer = (page: Page) => page.getByRole('textbox', { name: /Message|发消息/ });
export const log = (page: Page) => page.getByRole('log');
export const channels = (page: Page) => page.getByRole('navigation', { name: /^(Channels|频道)$/ });
export const message = (page: Page, text: string | RegExp) =>
  log(page).getByRole('article').filter({ hasText: text }).last();

/** Types a command without options and runs it, by keyboard. */
export async function run(page: Page, command: string): Promise<void> {
  await composer(page).fill(`/${command}`);
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: `${command}` }).waitFor();
  await page.keyboard.press('Enter');
}

/** What is written in a part of the page. */
export const words = async (part: Locator) => (await part.textContent()) ?? '';
