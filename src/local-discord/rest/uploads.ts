/** Bodies as Discord takes them: JSON, or multipart with `payload_json` and `files[n]`. */
import '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { DiscordError } from '../errors.js';
import { limits } from '../limits.js';
import type { Upload } from '../validate/message.js';

/** Reads a multipart request. Refuses: entityTooLarge, invalidJson. */
export async function readMultipart(request: FastifyRequest): Promise<{ body: unknown; files: Upload[] }> {
  let body: unknown = {};
  const files: Upload[] = [];
  const fields: Record<string, unknown> = {};
  const parts = request.parts({
    limits: { fileSize: limits.message.file, files: limits.message.attachments + 1, fieldSize: limits.message.request },
  });
  try {
    for await (const part of parts) {
      if (part.type === 'file') {
        const index = /^files\[(\d+)\]$/.exec(part.fieldname)?.[1];
        files.push({
          index: index === undefined ? files.length : Number(index),
          filename: part.filename ?? 'unknown',
          contentType: contentTypeOf(part.filename ?? '', part.mimetype),
          bytes: await part.toBuffer(),
        });
      } else if (part.fieldname === 'payload_json') body = parseJson(String(part.value));
      else fields[part.fieldname] = part.value;
    }
  } catch (error) {
    if (isTooLarge(error)) throw new DiscordError('entityTooLarge');
    throw error;
  }
  const { content } = fields;
  return { body: typeof content === 'string' && Object.keys(Object(body)).length === 0 ? { content } : body, files };
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'FST_REQ_FILE_TOO_LARGE' || error.code === 'FST_FILES_LIMIT');

/** Refuses: invalidJson. */
export function parseJson(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new DiscordError('invalidJson');
  }
}

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  log: 'text/plain; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json; charset=utf-8',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  csv: 'text/csv; charset=utf-8',
  zip: 'application/zip',
  gz: 'application/gzip',
  pdf: 'application/pdf',
};

/** Discord goes by the name's ending where the client says nothing better. */
export function contentTypeOf(filename: string, said: string | undefined): string {
  if (said && said !== 'application/octet-stream') return said;
  const ending = filename.split('.').pop()?.toLowerCase() ?? '';
  return TYPES[ending] ?? 'application/octet-stream';
}
