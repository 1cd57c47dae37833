/** What a person can do, as pages of text. */
import { ApplicationCommandType, type InteractionReplyOptions } from 'discord.js';
import type { MessageKey, Translator } from '../../platform/i18n.js';
import type { Entry } from '../catalogue.js';
import { keyOf } from '../register.js';
import { optionalText, textKey } from '../texts.js';
import { pressable, row } from './layout.js';

/** Room for a page below Discord's 2,000 characters of content, with its heading and number. */
const PAGE = 1_800;

/** Entries by job in the order of the list, cut into pages between lines. At least one page. */
export function helpPages(entries: readonly Entry[], ids: ReadonlyMap<string, string>, t: Translator): string[] {
  const pages = [''];
  for (const job of new Set(entries.map((entry) => entry.job))) {
    const heading = `\n### ${t(textKey(`job.${job}`))}`;
    const lines = entries.filter((entry) => entry.job === job).map((entry) => lineOf(entry, ids, t));
    for (const [index, line] of lines.entries()) {
      const text = `${index === 0 ? `${heading}\n` : '\n'}${line}`;
      const last = pages.at(-1) ?? '';
      if (last.length + text.length <= PAGE) pages[pages.length - 1] = last + text;
      else pages.push(index === 0 ? text : `${heading}\n${line}`);
    }
  }
  return pages.map((page) => page.trimStart());
}

/** One page with the buttons to its neighbours. `idOf` writes their custom ids. */
export function helpPage(
  pages: readonly string[],
  wanted: number,
  t: Translator,
  idOf: (page: number) => string,
): Pick<InteractionReplyOptions, 'content' | 'components'> {
  const page = Math.min(Math.max(wanted, 0), pages.length - 1);
  const turn = (target: number, key: MessageKey) =>
    pressable(idOf(target), t(key), { disabled: target < 0 || target >= pages.length });
  return {
    content: `## ${t('help.title')}\n${pages[page]}`,
    components: pages.length === 1 ? [] : [row(turn(page - 1, 'help.previous'), turn(page + 1, 'help.next'))],
  };
}

function lineOf({ command, sub }: Entry, ids: ReadonlyMap<string, string>, t: Translator): string {
  const key = sub === undefined ? `command.${command.name}` : `command.${command.name}.sub.${sub}`;
  const description = optionalText(t, `${key}.description`);
  if (command.kind !== 'slash') {
    const where = t(command.kind === 'message' ? 'help.message_menu' : 'help.user_menu', {
      name: t(textKey(`${key}.name`)),
    });
    return `- ${description ? t('help.entry', { what: where, description }) : where}`;
  }
  const path = sub === undefined ? command.name : `${command.name} ${sub}`;
  const id = ids.get(keyOf({ type: ApplicationCommandType.ChatInput, name: command.name }));
  return `- ${t('help.entry', { what: id ? `</${path}:${id}>` : `\`/${path}\``, description })}`;
}
