import type { RawFile } from 'discord.js';
import type { EffectFile } from '../platform/effects.js';

/** Discord's limit for a file of a bot; bytes. */
const MOST_BYTES = 10 * 1024 * 1024;

/** Reads what goes with a message. A member's upload that Discord no longer has, or that is too large, is left out: the words are worth more. */
export async function loadFiles(files: readonly EffectFile[] | undefined, signal: AbortSignal): Promise<RawFile[]> {
  const loaded = await Promise.all((files ?? []).map((file) => load(file, signal)));
  return loaded.filter((file) => file !== undefined);
}

async function load(file: EffectFile, signal: AbortSignal): Promise<RawFile | undefined> {
  const { name } = file;
  if ('text' in file) return { name, data: Buffer.from(file.text), contentType: 'text/plain; charset=utf-8' };
  if ('base64' in file) return { name, data: Buffer.from(file.base64, 'base64') };
  const response = await fetch(file.url, { signal });
  if (response.status >= 500) throw new Error(`${name}: HTTP ${response.status}`);
  const length = Number(response.headers.get('content-length') ?? 0);
  if (!response.ok || length > MOST_BYTES) {
    await response.body?.cancel();
    return undefined;
  }
  const data = Buffer.from(await response.arrayBuffer());
  return data.length > MOST_BYTES ? undefined : { name, data };
}
