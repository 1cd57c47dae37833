/** Reads a request's body by a zod schema, and says what is wrong with it in Discord's field codes (50035). */
import { z } from 'zod';
import { FormErrors } from '../errors.js';

/** Length as Discord counts it: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff && i + 1 < text.length) {
      length -= 1;
      i += 1;
    }
  }
  return length;
}

/** A text of `least` to `most` characters, trimmed as Discord trims. */
export const text = (least: number, most: number) =>
  z.string().check((ctx) => {
    const length = lengthOf(ctx.value.trim());
    if (length >= least && length <= most) return;
    const [code, message] =
      least > 0 && length === 0
        ? ['BASE_TYPE_REQUIRED', 'This field is required']
        : least > 0
          ? ['BASE_TYPE_BAD_LENGTH', `Must be between ${least} and ${most} in length.`]
          : ['BASE_TYPE_MAX_LENGTH', `Must be ${most} or fewer in length.`];
    ctx.issues.push({ code: 'custom', input: ctx.value, message, params: { code } });
  });

export const snowflake = z
  .union([z.string(), z.number()])
  .transform(String)
  .check((ctx) => {
    if (!/^\d{1,20}$/.test(ctx.value))
      ctx.issues.push({
        code: 'custom',
        input: ctx.value,
        message: `Value "${clip(ctx.value)}" is not snowflake.`,
        params: { code: 'NUMBER_TYPE_COERCE' },
      });
  });

export const int = (least: number, most: number) => z.number().int().min(least).max(most);

/** A bit field of permissions: digits as text, or a number. */
export const permissionBits = z
  .union([z.string().regex(/^\d{1,20}$/), z.number().int().nonnegative()])
  .transform(String);

/** An ISO 8601 time, given back in Discord's own form. */
export const time = z.string().check((ctx) => {
  if (!Number.isFinite(Date.parse(ctx.value)))
    ctx.issues.push({
      code: 'custom',
      input: ctx.value,
      message: 'Could not parse. Should be ISO8601.',
      params: { code: 'BASE_TYPE_INVALID_DATETIME' },
    });
});

/** Refuses: invalidForm (50035), with each field's error at its path. */
export function parseForm<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body ?? {}, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = new FormErrors();
  collectIssues(errors, parsed.error.issues, '');
  errors.settle();
  throw parsed.error;
}

/** As parseForm, but adds what is wrong to `errors` under `path` and answers undefined. */
export function parseInto<T extends z.ZodType>(
  schema: T,
  value: unknown,
  errors: FormErrors,
  path: string,
): z.output<T> | undefined {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  collectIssues(errors, parsed.error.issues, path);
  return undefined;
}

function collectIssues(errors: FormErrors, issues: readonly z.core.$ZodIssue[], prefix: string): void {
  for (const issue of issues) {
    const path = [...(prefix === '' ? [] : [prefix]), ...issue.path.map(String)].join('.');
    const [code, message] = inDiscordsWords(issue);
    errors.add(path, code, message);
  }
}

function inDiscordsWords(issue: z.core.$ZodIssue): [code: string, message: string] {
  if (issue.input === undefined && issue.code !== 'custom') return ['BASE_TYPE_REQUIRED', 'This field is required'];
  switch (issue.code) {
    case 'custom': {
      const code: unknown = issue.params?.code;
      return [typeof code === 'string' ? code : 'BASE_TYPE_INVALID', issue.message];
    }
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'too_big':
      if (issue.origin === 'number' || issue.origin === 'int')
        return ['NUMBER_TYPE_MAX', `int value should be less than or equal to ${issue.maximum}.`];
      return ['BASE_TYPE_MAX_LENGTH', `Must be ${issue.maximum} or fewer in length.`];
    case 'too_small':
      if (issue.origin === 'number' || issue.origin === 'int')
        return ['NUMBER_TYPE_MIN', `int value should be greater than or equal to ${issue.minimum}.`];
      return ['BASE_TYPE_MIN_LENGTH', `Must be ${issue.minimum} or more in length.`];
    case 'invalid_value':
      return ['BASE_TYPE_CHOICES', `Value must be one of {${issue.values.map(String).join(', ')}}.`];
    case 'invalid_union': {
      const first = issue.errors[0]?.[0];
      return first
        ? inDiscordsWords({ ...first, input: issue.input } as z.core.$ZodIssue)
        : ['UNION_TYPE_CHOICES', 'Invalid value.'];
    }
    default:
      return ['BASE_TYPE_INVALID', 'This field has an invalid value.'];
  }
}

function wrongType(expected: string, input: unknown): [code: string, message: string] {
  if (input === null) return ['BASE_TYPE_REQUIRED', 'This field is required'];
  const shown = clip(typeof input === 'string' ? input : (JSON.stringify(input) ?? ''));
  switch (expected) {
    case 'string':
      return ['STRING_TYPE_CONVERT', `Could not interpret "${shown}" as string.`];
    case 'boolean':
      return ['BOOLEAN_TYPE_CONVERT', 'Must be either true or false.'];
    case 'array':
      return ['LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType'];
    case 'object':
    case 'record':
      return ['MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType'];
    default:
      return ['NUMBER_TYPE_COERCE', `Value "${shown}" is not int.`];
  }
}

const clip = (value: string): string => (value.length > 80 ? `${value.slice(0, 80)}…` : value);
