import type { Translator } from '../platform/i18n.js';
import { type Access, mayUse } from './access.js';
import { type Catalogue, entriesOf } from './catalogue.js';
import { helpPages } from './views/help.js';

export type Help = (has: Access, t: Translator) => readonly string[];

/**
 * What people of a standing can do, as pages. Drawn once for each standing and language: it is the same for all of them,
 * and /help is what people ask for most. `ids`: what Discord calls our commands, known before anyone can ask.
 */
export function createHelp(catalogue: Catalogue, ids: ReadonlyMap<string, string>): Help {
  const drawn = new Map<string, readonly string[]>();
  return (has, t) => {
    const key = `${has} ${t.locale}`;
    const known = drawn.get(key);
    if (known) return known;
    const pages = helpPages(
      entriesOf(catalogue).filter(({ access }) => mayUse(has, access)),
      ids,
      t,
    );
    drawn.set(key, pages);
    return pages;
  };
}
