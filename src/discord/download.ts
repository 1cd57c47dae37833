import type { Attachment } from 'discord.js';
import { refuse } from '../community/refusal.js';

const PATIENCE_MS = 20_000;

/** Fetches what somebody uploaded. Refuses: upload_too_large, upload_gone. */
export async function download({ url, size }: Attachment, most: number): Promise<Buffer> {
  if (size > most) return refuse('upload_too_large', { limit: Math.floor(most / 1024 / 1024) });
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => undefined);
  if (!answer?.ok) return refuse('upload_gone');
  const data = Buffer.from(await answer.arrayBuffer());
  return data.length > most ? refuse('upload_too_large', { limit: Math.floor(most / 1024 / 1024) }) : data;
}
