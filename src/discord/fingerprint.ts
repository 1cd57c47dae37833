/** What can be read of a message on both sides: in what was to be sent, and in what stands in the channel. */
interface Readable {
  readonly content?: string | null;
  readonly embeds?: readonly { readonly title?: string; readonly description?: string }[] | null;
  readonly components?: readonly unknown[] | null;
  readonly poll?: { readonly question: { readonly text?: string } } | null;
}

/** Equal for a message body and the message that it became. Discord trims texts, and adds ids and types of its own: those are left out. */
export function fingerprint(message: Readable): string {
  const embeds = (message.embeds ?? []).map(({ title, description }) => [trimmed(title), trimmed(description)]);
  return JSON.stringify([
    trimmed(message.content),
    embeds,
    marks(message.components ?? []),
    trimmed(message.poll?.question.text),
  ]);
}

const trimmed = (text: string | null | undefined): string => (text ?? '').trim();

/** Custom ids, addresses and texts of components, in reading order. */
function marks(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(marks);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, inner]) =>
      typeof inner === 'string' ? (MARKS.has(key) ? [`${key}=${inner.trim()}`] : []) : marks(inner),
    );
}
const MARKS = new Set(['custom_id', 'content', 'label']);
