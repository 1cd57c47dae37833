import { stringify } from 'yaml';
import type { SuiteSource } from './schema.js';

/** A suite as YAML; parsing it again gives the same suite, with the same digest. */
export function printSuite(source: SuiteSource): string {
  return stringify(source, { lineWidth: 0, aliasDuplicateObjects: false });
}
