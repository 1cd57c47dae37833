/** Where the suites are that this machine may run: those that ship with Flock, and those that were fetched by digest. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BadPackage, installSuite, suiteFolders } from '../fleet/packed-suite.js';
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

interface Opened {
  readonly suite: SuiteFolder;
  /** How its files were when its digest was worked out. */
  readonly look: string;
}

/** Changes whenever a file below is written, replaced, added or taken away: nobody but root sets a file's ctime. */
function lookOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { ino, size, ctimeMs } = statSync(path);
      return `${path} ${ino} ${size} ${ctimeMs}`;
    })
    .sort()
    .join('\n');
}

export function createSuiteStore({ home, shipped, client }: SuiteStoreDeps) {
  const opened = new Map<string, Opened>();

  /** The suite in a folder, under the digest that it has now. Undefined for what is none any more. */
  function open(folder: string): SuiteFolder | undefined {
    try {
      const look = lookOf(folder);
      const suite = openSuite(folder);
      opened.set(suite.suite.digest, { suite, look });
      return suite;
    } catch {
      return undefined;
    }
  }

  function unchanged(digest: string): SuiteFolder | undefined {
    const known = opened.get(digest);
    if (known && existsSync(known.suite.folder) && lookOf(known.suite.folder) === known.look) return known.suite;
    opened.delete(digest);
    return undefined;
  }

  return {
    /**
     * Looked at anew for each job: what somebody changed on this disk is fetched again, as it was approved, or is not run.
     * Throws BadPackage, Refused or Unreachable where it cannot be had.
     */
    async get(digest: string): Promise<SuiteFolder> {
      const known = unchanged(digest);
      if (known) return known;
      for (const folder of suiteFolders(shipped)) {
        const suite = open(folder);
        if (suite?.suite.digest === digest) return suite;
      }
      const folder = join(home.cache, digest.replace('sha256:', ''));
      const cached = open(folder);
      if (cached?.suite.digest === digest) return cached;
      installSuite(await client.suite(digest), digest, folder);
      const fetched = open(folder);
      if (fetched?.suite.digest !== digest) throw new BadPackage(`${digest} changed while it was laid out`);
      return fetched;
    },
  };
}
