/** Custom ids carry what a button needs, so it works after a restart: `name:version:field:field…`, at most 100 characters. */
import { OutOfDate } from './bad-interaction.js';

export const CUSTOM_ID_LIMIT = 100;

/**
 * How one field of a component's state is written. `id`: a snowflake. `int`: a whole number. `text`: anything short.
 * `flag`: yes or no. A list: one of its words.
 */
export type Field = 'id' | 'int' | 'text' | 'flag' | readonly string[];

/** A component's state, field by field. Adding, removing or retyping a field needs a new version of the component. */
export type Fields = Readonly<Record<string, Field>>;

type FieldValue<F extends Field> = F extends 'int'
  ? number
  : F extends 'flag'
    ? boolean
    : F extends readonly (infer Word)[]
      ? Word
      : string;

export type State<F extends Fields> = { readonly [K in keyof F]: FieldValue<F[K]> };

/** A custom id taken apart as far as finding its component needs. */
export interface Address {
  readonly name: string;
  readonly version: number;
  readonly parts: readonly string[];
}

/** Writes the custom id for a message's component. A component without state is called with nothing. */
export type WriteId<F extends Fields> = Record<never, never> extends F ? () => string : (state: State<F>) => string;

/** How a component that was declared so writes its custom ids and reads them back. */
export function addressing<F extends Fields>(declared: { name: string; version?: number; state?: F }) {
  const version = declared.version ?? 1;
  const fields = declared.state ?? ({} as F);
  const write = (state: Readonly<Record<string, unknown>> = {}) => writeCustomId(declared.name, version, fields, state);
  const stateOf = (address: Address): State<F> => {
    const state = address.version === version ? readState(fields, address.parts) : undefined;
    if (!state) throw new OutOfDate(`${declared.name} of version ${address.version}`);
    return state;
  };
  return { version, write, id: write as WriteId<F>, stateOf };
}

/** Writes a custom id. Throws when it would not fit: a component must be declared so that it always does. */
export function writeCustomId(
  name: string,
  version: number,
  fields: Fields,
  state: Readonly<Record<string, unknown>>,
): string {
  let id = `${name}:${version.toString(36)}`;
  for (const [key, field] of Object.entries(fields)) id += `:${writeField(key, field, state[key])}`;
  if (id.length > CUSTOM_ID_LIMIT)
    throw new RangeError(`custom id of ${name} has ${id.length} characters, at most 100 fit`);
  return id;
}

/** Takes a custom id apart, or undefined when nothing of ours ever wrote it. */
export function readAddress(customId: string): Address | undefined {
  const [name, version, ...parts] = customId.split(':');
  if (!name || !version || !/^[0-9a-z]{1,4}$/.test(version)) return undefined;
  return { name, version: Number.parseInt(version, 36), parts };
}

/** Reads the state back, or undefined when it is not what these fields write. */
export function readState<F extends Fields>(fields: F, parts: readonly string[]): State<F> | undefined {
  const entries = Object.entries<Field>(fields);
  if (entries.length !== parts.length) return undefined;
  const state: Record<string, unknown> = {};
  for (const [index, [key, field]] of entries.entries()) {
    const value = readField(field, parts[index] ?? '');
    if (value === undefined) return undefined;
    state[key] = value;
  }
  return state as State<F>;
}

function writeField(key: string, field: Field, value: unknown): string {
  if (field === 'id') return BigInt(String(value)).toString(36);
  if (field === 'int' && Number.isSafeInteger(value)) return Number(value).toString(36);
  if (field === 'flag' && typeof value === 'boolean') return value ? '1' : '0';
  if (field === 'text' && typeof value === 'string') return escapeText(value);
  if (Array.isArray(field) && field.includes(value)) return escapeText(String(value));
  throw new TypeError(`state field ${key} cannot carry ${typeof value}`);
}

function readField(field: Field, part: string): unknown {
  if (field === 'id') return readSnowflake(part);
  if (field === 'int') return /^-?[0-9a-z]{1,11}$/.test(part) ? Number.parseInt(part, 36) : undefined;
  if (field === 'flag') return part === '1' ? true : part === '0' ? false : undefined;
  const text = unescapeText(part);
  if (field === 'text') return text;
  return text !== undefined && field.includes(text) ? text : undefined;
}

// Snowflakes pass 2^53, so base 36 is read digit by digit.
function readSnowflake(part: string): string | undefined {
  if (!/^[0-9a-z]{1,13}$/.test(part)) return undefined;
  let value = 0n;
  for (const digit of part) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value < 2n ** 64n ? value.toString() : undefined;
}

function escapeText(text: string): string {
  return text.replace(/[%:]/g, (c) => (c === '%' ? '%25' : '%3A'));
}

function unescapeText(part: string): string | undefined {
  if (/%(?!25|3A)/.test(part)) return undefined;
  return part.replace(/%3A/g, ':').replace(/%25/g, '%');
}
