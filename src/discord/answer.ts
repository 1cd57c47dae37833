/** How answers to interactions are built. Mentions are off for the whole client; nothing here turns them on. */
import { type InteractionReplyOptions, MessageFlags } from 'discord.js';

/** An answer that only the person who acted sees. */
export function ephemeral(answer: string | InteractionReplyOptions): InteractionReplyOptions & { flags: number } {
  const options = typeof answer === 'string' ? { content: answer } : answer;
  const flags = typeof options.flags === 'number' ? options.flags : 0;
  return { ...options, flags: flags | MessageFlags.Ephemeral };
}
