/** The browser for tests of pages: Debian's Chromium, driven by playwright-core. Without one these tests are skipped. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';
import { packageRoot } from '../../src/platform/paths.js';

const executable = process.env.CHROMIUM || '/usr/bin/chromium';
const present = existsSync(executable);
if (!present) console.warn(`skipped: browser tests, as there is no Chromium at ${executable}`);

/** Tests that need a browser. */
export const describeInBrowser = present ? describe : describe.skip;

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Screen {
  /** A fresh window on an address, 1280 by 800 unless told. Throws later, at close, what went wrong inside it. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** Errors that any window said: scripts, refused policies. Empty when all is well. */
  readonly complaints: readonly string[];
  /** Drops complaints that a test caused on purpose. */
  forgive(expected: RegExp): void;
  /** Closes all windows; of a test that failed, pictures are kept first. */
  clear(failed: string | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Starts Chromium with a fresh profile. */
export async function openScreen(): Promise<Screen> {
  const browser = await chromium.launch({ executablePath: executable, args: flags });
  let complaints: string[] = [];
  return {
    get complaints() {
      return complaints;
    },
    async clear(failed) {
      const pages = browser.contexts().flatMap((context) => context.pages());
      if (failed) await Promise.all(pages.map((page, index) => picture(page, `${failed} ${index}`)));
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    forgive(expected) {
      complaints = complaints.filter((one) => !expected.test(one));
    },
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}

/** Keeps a picture of a page under coverage/, for a person to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = join(packageRoot, 'coverage', 'pictures');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
