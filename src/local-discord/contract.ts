/**
 * Discord's published OpenAPI file as judge: every request of a bot and every reply of the stand-in is held against it.
 * Operations are compiled when first met; all at once would take seconds.
 */
import { readFile } from 'node:fs/promises';
import type { ValidateFunction } from 'ajv';

export interface Violation {
  readonly method: string;
  readonly path: string;
  readonly what: 'request' | 'reply' | 'route';
  readonly status?: number;
  readonly errors: readonly string[];
  readonly body: unknown;
}

export interface Contract {
  readonly violations: readonly Violation[];
  /** How many bodies were held against the file. */
  readonly checked: number;
  checkRequest(call: { method: string; path: string; body: unknown }): void;
  checkReply(call: { method: string; path: string; status: number; body: unknown }): void;
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly request: object | undefined;
  readonly responses: Readonly<Record<string, object>>;
}

/** Keys that the API knows and the file does not. */
const KNOWN_MISSING = new Set(['nsfw', 'enforce_nonce', 'animated']);

/** What discord.js sends besides what is documented, and Discord passes over. */
const PASSED_OVER: Readonly<Record<string, readonly string[]>> = {
  'post /channels/{channel_id}/messages/{message_id}/threads': ['type'],
  'put /channels/{channel_id}/permissions/{overwrite_id}': ['id'],
  'patch /channels/{channel_id}': ['lock_permissions'],
  'patch /channels/{channel_id}/messages/{message_id}': ['tts'],
  'patch /webhooks/{webhook_id}/{webhook_token}/messages/@original': ['username', 'tts'],
  'patch /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': ['username', 'tts'],
};

/** Where the file itself is wrong: `description` of an application is a text. */
const FALSE_ALARMS: Readonly<Record<string, RegExp>> = { 'patch /applications/@me': /^\/description must be object/ };

/** Reads the file at `path`. Throws where it is no OpenAPI document. */
export async function openContract(path: string): Promise<Contract> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const document: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isRecord(document) || !isRecord(document.paths) || !isRecord(document.components))
    throw new Error(`${path}: not an OpenAPI document`);
  const widened = widenIntegers(document);
  const ajv = new Ajv2020({ strict: false, allErrors: false, logger: false });
  ajv.addFormat('snowflake', /^\d{1,20}$/);
  ajv.addFormat('nonce', true);
  for (const format of ['int32', 'int64', 'uri', 'date-time', 'float', 'double', 'base64']) ajv.addFormat(format, true);
  ajv.addSchema({ $id: 'discord', ...widened }, undefined, undefined, false);

  const table = operationsOf(document.paths);
  const compiled = new Map<string, ValidateFunction | undefined>();
  const violations: Violation[] = [];
  let checked = 0;

  function validator(operation: Operation, pointer: string, schema: object | undefined): ValidateFunction | undefined {
    if (!schema) return undefined;
    const key = `${operation.method} ${operation.path} ${pointer}`;
    if (!compiled.has(key)) compiled.set(key, compile(operation, pointer));
    return compiled.get(key);
  }

  function compile(operation: Operation, pointer: string): ValidateFunction | undefined {
    const at = ['paths', operation.path, operation.method, ...pointer.split(' ')].map(escapePointer).join('/');
    try {
      return ajv.compile({ $ref: `discord#/${at}` });
    } catch {
      // A schema that cannot be compiled (an empty enum stands in the file) judges nothing.
      return undefined;
    }
  }

  function found(violation: Violation): void {
    // As it was then: the world goes on changing what it answered with.
    violations.push(structuredClone(violation));
  }

  function judge(validate: ValidateFunction | undefined, body: unknown): string[] {
    if (!validate) return [];
    checked += 1;
    if (validate(body)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  return {
    violations,
    get checked() {
      return checked;
    },
    checkRequest({ method, path: called, body }) {
      const operation = findOperation(table, method, called);
      if (!operation) {
        found({ method, path: called, what: 'route', errors: ['no such operation'], body: undefined });
        return;
      }
      if (body === undefined || !operation.request) return;
      const validate = validator(operation, 'requestBody content application/json schema', operation.request);
      const name = `${operation.method} ${operation.path}`;
      const known = new Set([...KNOWN_MISSING, ...(PASSED_OVER[name] ?? [])]);
      const errors = [...judge(validate, body), ...unknownKeys(widened, operation.request, body, known)].filter(
        (error) => !FALSE_ALARMS[name]?.test(error),
      );
      if (errors.length > 0) found({ method, path: called, what: 'request', errors, body });
    },
    checkReply({ method, path: called, status, body }) {
      const operation = findOperation(table, method, called);
      // Errors are not judged: the file calls the codes of single fields integers, which they never are.
      if (!operation || status >= 400) return;
      const schema = operation.responses[status];
      if (!schema) {
        const said = Object.keys(operation.responses).join(', ');
        found({ method, path: called, what: 'reply', status, errors: [`status is not of ${said}`], body });
        return;
      }
      if (body === undefined) return;
      const validate = validator(operation, `responses ${status} content application/json schema`, schema);
      const errors = judge(validate, body);
      if (errors.length > 0) found({ method, path: called, what: 'reply', status, errors, body });
    },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const escapePointer = (part: string): string => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'));

/** The API takes and gives numbers as digits where it likes; the file says integer. */
function widenIntegers(value: unknown): Record<string, unknown> {
  const widen = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(widen);
    if (!isRecord(node)) return node;
    const copy: Record<string, unknown> = {};
    // Of what was told apart by integer or string, both now fit: any one is enough.
    for (const [key, part] of Object.entries(node)) copy[key === 'oneOf' ? 'anyOf' : key] = widen(part);
    const types = Array.isArray(copy.type) ? copy.type : [copy.type];
    if (types.includes('integer') && !copy.enum && !copy.allOf) {
      const { type: _type, minimum, maximum, format: _format, ...rest } = copy;
      const digits = { type: 'string', pattern: '^-?\\d+$' };
      const number = {
        type: 'integer',
        ...(minimum !== undefined && { minimum }),
        ...(maximum !== undefined && { maximum }),
      };
      return { ...rest, anyOf: [number, digits, ...(types.includes('null') ? [{ type: 'null' }] : [])] };
    }
    return copy;
  };
  const widened = widen(value);
  return isRecord(widened) ? widened : {};
}

function operationsOf(
  paths: Record<string, unknown>,
): Map<number, { parts: string[]; operations: Map<string, Operation> }[]> {
  const table = new Map<number, { parts: string[]; operations: Map<string, Operation> }[]>();
  for (const [path, item] of Object.entries(paths)) {
    if (!isRecord(item)) continue;
    const operations = new Map<string, Operation>();
    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
      const operation = item[method];
      if (!isRecord(operation)) continue;
      const responses: Record<string, object> = {};
      if (isRecord(operation.responses))
        for (const [status, response] of Object.entries(operation.responses))
          responses[status] = jsonSchema(response) ?? {};
      operations.set(method, { path, method, request: jsonSchema(operation.requestBody), responses });
    }
    const parts = path.split('/');
    const group = table.get(parts.length) ?? [];
    group.push({ parts, operations });
    table.set(parts.length, group);
  }
  return table;
}

function jsonSchema(holder: unknown): object | undefined {
  const content = isRecord(holder) && isRecord(holder.content) ? holder.content['application/json'] : undefined;
  return isRecord(content) && isRecord(content.schema) ? content.schema : undefined;
}

/** The operation of a path as it was called; of several, the one with the most literal parts. */
function findOperation(table: ReturnType<typeof operationsOf>, method: string, called: string): Operation | undefined {
  const parts = called.split('/').map(decodeURIComponent);
  let best: { literal: number; operation: Operation } | undefined;
  for (const candidate of table.get(parts.length) ?? []) {
    const operation = candidate.operations.get(method.toLowerCase());
    if (!operation) continue;
    const fits = candidate.parts.every((part, index) => part.startsWith('{') || part === parts[index]);
    if (!fits) continue;
    const literal = candidate.parts.filter((part) => !part.startsWith('{')).length;
    if (!best || literal > best.literal) best = { literal, operation };
  }
  return best?.operation;
}

/** Keys of the body itself that the schema does not name: a typing error would pass unseen otherwise. */
function unknownKeys(
  document: Record<string, unknown>,
  schema: object,
  body: unknown,
  passed: ReadonlySet<string>,
): string[] {
  if (!isRecord(body) || Array.isArray(body)) return [];
  const known = propertiesOf(document, schema, 0);
  if (!known) return [];
  return Object.keys(body)
    .filter((key) => !known.has(key) && !passed.has(key) && body[key] !== undefined)
    .map((key) => `/${key} is not a key of this request`);
}

/** The names of all properties that any branch of a schema has; undefined where it takes any. */
function propertiesOf(document: Record<string, unknown>, schema: unknown, depth: number): Set<string> | undefined {
  if (!isRecord(schema) || depth > 8) return undefined;
  if (schema.type === 'null') return new Set();
  if (typeof schema.$ref === 'string') return propertiesOf(document, resolve(document, schema.$ref), depth + 1);
  if (schema.additionalProperties && schema.additionalProperties !== false) return undefined;
  const names = new Set<string>(isRecord(schema.properties) ? Object.keys(schema.properties) : []);
  for (const key of ['oneOf', 'anyOf', 'allOf']) {
    const branches = schema[key];
    if (!Array.isArray(branches)) continue;
    for (const branch of branches) {
      const inner = propertiesOf(document, branch, depth + 1);
      if (!inner) return undefined;
      for (const name of inner) names.add(name);
    }
  }
  return names.size > 0 ? names : undefined;
}

function resolve(document: Record<string, unknown>, reference: string): unknown {
  let at: unknown = document;
  for (const part of reference.replace(/^#\//, '').split('/'))
    at = isRecord(at) ? at[part.replace(/~1/g, '/').replace(/~0/g, '~')] : undefined;
  return at;
}
