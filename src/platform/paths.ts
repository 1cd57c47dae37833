import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('package.json not found above this module');
  return findRoot(parent);
}

/** The folder of package.json: the same whether this runs from `src` (tests) or from `dist/src`. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A path inside what ships with the program: `shipped('locales', 'en-US.json')`. */
export const shipped = (...parts: readonly string[]): string => join(packageRoot, 'data', ...parts);
