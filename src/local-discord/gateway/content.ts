/** What is left of a message for an application without the MESSAGE_CONTENT intent. */

interface Withholdable {
  readonly author?: { readonly id: string };
  readonly mentions?: readonly { readonly id: string }[];
  readonly referenced_message?: Withholdable | null;
}

const NOTHING = { content: '', embeds: [], attachments: [], components: [] };

/**
 * A guild's message as this application may read it without the intent: whole where the application wrote it or is
 * mentioned, else without content, embeds, attachments, components and poll. (Direct messages are always whole.)
 */
export function withheld<M extends Withholdable>(message: M, userId: string): M {
  const mine = message.author?.id === userId || message.mentions?.some(({ id }) => id === userId);
  const referenced = message.referenced_message;
  const quoted = referenced ? withheld(referenced, userId) : referenced;
  if (mine) return quoted === referenced ? message : { ...message, referenced_message: quoted };
  const { poll: _, message_snapshots: __, ...rest }: M & { poll?: unknown; message_snapshots?: unknown } = message;
  return { ...(rest as M), ...NOTHING, ...(referenced && { referenced_message: quoted }) };
}
