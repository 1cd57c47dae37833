/** What stands behind the question mark. */
import { invalid } from '../errors.js';
import type { Id } from '../model.js';

/** A number within its limits. Refuses: invalidForm. */
export function numberOf(query: URLSearchParams, name: string, least: number, most: number, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text)) return invalid(name, 'NUMBER_TYPE_COERCE', `Value "${text.slice(0, 40)}" is not int.`);
  if (value < least) invalid(name, 'NUMBER_TYPE_MIN', `int value should be greater than or equal to ${least}.`);
  if (value > most) invalid(name, 'NUMBER_TYPE_MAX', `int value should be less than or equal to ${most}.`);
  return value;
}

/** A snowflake, where it is said. Refuses: invalidForm. */
export function idOf(query: URLSearchParams, name: string): Id | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,20}$/.test(text)) invalid(name, 'NUMBER_TYPE_COERCE', `Value "${text.slice(0, 40)}" is not snowflake.`);
  return text;
}

export const isTrue = (query: URLSearchParams, name: string): boolean =>
  ['true', '1', 'True'].includes(query.get(name) ?? '');
