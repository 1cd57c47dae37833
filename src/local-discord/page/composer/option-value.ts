/** What was entered for one option, and whether Discord's client would let it go. */
import type { WireValue } from '../../page-api/protocol.js';
import { optionType } from '../discord.js';
import type { Choice } from '../parts/choice.js';
import type { Texts } from '../texts/index.js';
import type { Option } from './commands.js';

export interface Entered {
  readonly text: string;
  /** What was picked from a list; typing on takes it back. */
  readonly picked?: Choice;
  readonly file?: File;
}

export const nothing: Entered = { text: '' };

const takesFreeText = ({ type, choices }: Option) =>
  choices === undefined && (type === optionType.text || type === optionType.integer || type === optionType.number);

/** Only something from the list will do: a declared choice, a person, a role, a channel, yes or no. */
export const isListOnly = (option: Option) => option.type !== optionType.attachment && !takesFreeText(option);

export const isEmpty = ({ text, picked, file }: Entered) => text.trim() === '' && !picked && !file;

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What was written as `name: value name: value`, by option; what stands before the first name is the first option's. */
export function writtenOptions(all: readonly Option[], text: string): Readonly<Record<string, Entered>> {
  const options = all.filter(({ type }) => type !== optionType.attachment);
  const [first] = options;
  if (!text || !first) return {};
  const names = options.flatMap(({ name, label }) => [name, label]).map(escaped);
  const [before = '', ...pairs] = text.split(new RegExp(`(?:^|\\s)(${names.join('|')})\\s?[:：]`, 'u'));
  const found: Record<string, Entered> = before.trim() ? { [first.name]: enteredAs(first, before) } : {};
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const option = options.find(({ name, label }) => name === pairs[at] || label === pairs[at]);
    if (option) found[option.name] = enteredAs(option, pairs[at + 1] ?? '');
  }
  return found;
}

/**
 * The option whose name was just typed, with a colon, in the field of `option`, and what stands in that field without it. Its own name goes
 * without saying; the name of another counts only where one does not write sentences.
 */
export function namedIn(
  all: readonly Option[],
  option: Option,
  text: string,
): { readonly to: Option; readonly left: Entered } | undefined {
  const [, left = '', name] = /^(.*?)(?:^|\s)(\S+)\s?[:：]$/u.exec(text) ?? [];
  const to = all.find((one) => one.name === name || one.label === name);
  const plain = option.type === optionType.text && !option.autocomplete && !option.choices;
  if (!to || (to === option ? left.trim() !== '' : plain)) return undefined;
  return { to, left: enteredAs(option, left) };
}

/** A declared choice is taken by its words or its value, as if it had been picked. */
function enteredAs({ choices }: Option, written: string): Entered {
  const text = written.trim();
  const picked = choices?.find(({ label, value }) => label.toLowerCase() === text.toLowerCase() || value === text);
  return picked ? { text: picked.label, picked } : { text };
}

/** Why the value cannot be sent; undefined when it can. */
export function problemOf(option: Option, entered: Entered, texts: Texts): string | undefined {
  if (isEmpty(entered)) return option.required ? texts.option.required : undefined;
  if (isListOnly(option) && !entered.picked) return texts.option.fromList;
  if (entered.picked) return undefined;
  if (option.type === optionType.integer && !/^-?\d+$/.test(entered.text.trim())) return texts.option.integer;
  if (option.type === optionType.number && !Number.isFinite(Number(entered.text))) return texts.option.number;
  return undefined;
}

/** The value as the server takes it; a file is uploaded first. */
export async function wireValue(
  option: Option,
  { text, picked, file }: Entered,
  upload: (file: File) => Promise<string>,
): Promise<WireValue> {
  if (file) return { upload: await upload(file) };
  return plainValue(option, picked?.value ?? text);
}

/** While other options are still being typed, as autocomplete sees them. */
export function plainValue({ type }: Option, raw: string): string | number | boolean {
  if (type === optionType.boolean) return raw === 'true';
  const numeric = type === optionType.integer || type === optionType.number;
  return numeric && raw.trim() !== '' && Number.isFinite(Number(raw)) ? Number(raw) : raw;
}
