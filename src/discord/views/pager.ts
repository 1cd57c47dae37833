/** Lists in pages, with buttons to the pages before and after. */
import type { APIComponentInContainer } from 'discord.js';
import type { Translator } from '../../platform/i18n.js';
import { line, pressable, row, text } from './layout.js';

export interface Page {
  /** From 0. */
  readonly page: number;
  readonly pages: number;
  readonly total: number;
}

export const PAGE_SIZE = 10;

/** The page that is wanted, or the nearest that there is. */
export function pageOf(wanted: number, total: number, size = PAGE_SIZE): Page & { readonly offset: number } {
  const pages = Math.max(1, Math.ceil(total / size));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  return { page, pages, total, offset: page * size };
}

/** `to`: the custom id of a button that shows a page. Nothing where all fits one page. */
export function pager(t: Translator, { page, pages }: Page, to: (page: number) => string): APIComponentInContainer[] {
  if (pages <= 1) return [];
  return [
    line(),
    text(`-# ${t('question.list.page', { page: page + 1, pages })}`),
    row(
      // Two buttons of one message must differ: at an end, the dead one points past it.
      pressable(to(page - 1), t('question.list.previous'), { disabled: page === 0 }),
      pressable(to(page + 1), t('question.list.next'), { disabled: page + 1 >= pages }),
    ),
  ];
}
