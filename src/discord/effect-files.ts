import type { RawFile } from 'discord.js';
import { drawChart } from '../platform/chart.js';
import type { EffectFile, Picture } from '../platform/effects.js';
import { translator } from '../platform/i18n.js';
import { duration } from './views/text.js';

const PATIENCE_MS = 10_000;
/** Discord's limit for a file of a bot; bytes. */
const MOST_BYTES = 10 * 1024 * 1024;

/** Stands in for an upload that is gone: a message may show its file by name, and Discord refuses it whole when there is none. */
const GONE = 'This file is not available any more.\n此文件已不可用。\n';

/** Reads what goes with a message. For a member's upload that Discord no longer has, or that is too large, a note goes: the words are worth more. */
export function loadFiles(files: readonly EffectFile[] | undefined, signal: AbortSignal): Promise<RawFile[]> {
  return Promise.all((files ?? []).map((file) => load(file, signal)));
}

function draw({ locale, ...chart }: Picture): Promise<Buffer> {
  const t = translator(locale);
  return drawChart({ ...chart, timeLabel: (ms) => duration(t, ms), numberLabel: (value) => t.number(value) });
}

/** Files for an answer: discord.js names them otherwise. */
export async function sendable(files: readonly EffectFile[]): Promise<{ name: string; attachment: Buffer }[]> {
  const loaded = await loadFiles(files, AbortSignal.timeout(PATIENCE_MS));
  return loaded.map(({ name, data }) => ({
    name,
    attachment: Buffer.isBuffer(data) ? data : Buffer.from(String(data)),
  }));
}

async function load(file: EffectFile, signal: AbortSignal): Promise<RawFile> {
  const { name } = file;
  if ('text' in file) return { name, data: Buffer.from(file.text), contentType: 'text/plain; charset=utf-8' };
  if ('base64' in file) return { name, data: Buffer.from(file.base64, 'base64') };
  if ('picture' in file) return { name, data: await draw(file.picture), contentType: 'image/png' };
  const response = await fetch(file.url, { signal });
  if (response.status >= 500) throw new Error(`${name}: HTTP ${response.status}`);
  const length = Number(response.headers.get('content-length') ?? 0);
  if (!response.ok || length > MOST_BYTES) {
    await response.body?.cancel();
    return { name, data: Buffer.from(GONE) };
  }
  const data = Buffer.from(await response.arrayBuffer());
  return { name, data: data.length > MOST_BYTES ? Buffer.from(GONE) : data };
}
