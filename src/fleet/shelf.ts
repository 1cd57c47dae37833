/** The texts of the suites that a guild hunts with: those that ship with Flock, and those that were added. */
import { LRUCache } from 'lru-cache';
import { openSuite } from '../woodpecker/drivers/suite-folder.js';
import { hashed } from '../woodpecker/suite/digest.js';
import { parseSuite } from '../woodpecker/suite/parse.js';
import type { Suite } from '../woodpecker/suite/suite.js';
import { type SuiteFile, suiteFolders, unpackSuite } from './packed-suite.js';

const SUITE_FILE = 'suite.yaml';
const MOST_OPEN = 50;

/** What was handed in holds no suite: no suite.yaml at its top. */
export class NoSuiteFile extends Error {
  override readonly name = 'NoSuiteFile';
}

export interface ShippedSuite {
  readonly name: string;
  readonly digest: string;
}

export interface Shelf {
  /** The suites that ship with Flock, by name. */
  shipped(): readonly ShippedSuite[];
  /** Reads files as a suite, without laying them out or running anything. Throws NoSuiteFile, SuiteError. */
  read(files: readonly SuiteFile[]): Suite;
  /** The suite of this digest; `blob` is asked for where it does not ship with Flock. */
  suite(digest: string, blob: () => Uint8Array | undefined): Suite | undefined;
}

/** `folder`: where the suites are that ship with Flock. They are read when first asked for. */
export function createShelf(folder: string): Shelf {
  const open = new LRUCache<string, Suite>({ max: MOST_OPEN });
  let ours: Map<string, Suite> | undefined;

  function read(files: readonly SuiteFile[]): Suite {
    const text = files.find(({ path }) => path === SUITE_FILE);
    if (!text) throw new NoSuiteFile(`there is no ${SUITE_FILE} at the top`);
    const others = files.filter((file) => file !== text).map(({ path, content }) => hashed(path, content));
    return parseSuite(text.content.toString('utf8'), { file: SUITE_FILE, files: others });
  }

  function shipped(): Map<string, Suite> {
    ours ??= new Map(
      suiteFolders(folder).map((path) => {
        const { suite } = openSuite(path);
        return [suite.digest, suite];
      }),
    );
    return ours;
  }

  return {
    shipped: () => [...shipped().values()].map(({ name, digest }) => ({ name, digest })),
    read,
    suite(digest, blob) {
      const known = open.get(digest);
      if (known) return known;
      // Only then those that ship with Flock: it takes longer to read them all.
      const packed = ours?.has(digest) ? undefined : blob();
      if (!packed) return shipped().get(digest);
      const suite = read(unpackSuite(packed));
      if (suite.digest !== digest) return undefined;
      open.set(digest, suite);
      return suite;
    },
  };
}
