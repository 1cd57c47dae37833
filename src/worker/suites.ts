/** Where the suites are that this machine may run: those that ship with Flock, and those that were fetched by digest. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installSuite, suiteFolders } from '../fleet/packed-suite.js';
import { openSuite, type SuiteFolder } from '../woodpecker/drivers/suite-folder.js';
import type { Client } from './client.js';
import type { WorkerHome } from './home.js';

export interface SuiteStoreDeps {
  readonly home: WorkerHome;
  /** The folder of the suites that ship with Flock. */
  readonly shipped: string;
  readonly client: Pick<Client, 'suite'>;
}

export type SuiteStore = ReturnType<typeof createSuiteStore>;

export function createSuiteStore({ home, shipped, client }: SuiteStoreDeps) {
  const open = new Map<string, SuiteFolder>();

  function lookAtShipped(): void {
    for (const folder of suiteFolders(shipped)) {
      const suite = openSuite(folder);
      open.set(suite.suite.digest, suite);
    }
  }

  return {
    /** Throws BadPackage, Refused or Unreachable where it cannot be had as it was approved. */
    async get(digest: string): Promise<SuiteFolder> {
      if (open.size === 0) lookAtShipped();
      const known = open.get(digest);
      if (known) return known;
      const folder = join(home.cache, digest.replace('sha256:', ''));
      if (!existsSync(folder)) installSuite(await client.suite(digest), digest, folder);
      const suite = openSuite(folder);
      if (suite.suite.digest !== digest) {
        // Somebody changed it on this disk: fetched anew, it is what was approved, or it is refused.
        installSuite(await client.suite(digest), digest, folder);
        return this.get(digest);
      }
      open.set(digest, suite);
      return suite;
    },
  };
}
