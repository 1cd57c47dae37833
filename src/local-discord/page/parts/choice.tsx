/** One thing to choose, in a select, the command picker or an autocomplete list. */
import type { APIMessageComponentEmoji, APIUser } from 'discord-api-types/v10';
import { Avatar } from './avatar.js';
import { Icon, type IconName } from './icon.js';

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  readonly user?: APIUser;
  readonly icon?: IconName;
  readonly color?: string;
  readonly emoji?: APIMessageComponentEmoji;
}

export function ChoiceView({ choice }: { choice: Choice }) {
  const { user, icon, emoji, color, label, description } = choice;
  return (
    <>
      {user && <Avatar user={user} size={24} />}
      {icon && (
        <span class="choice-icon" style={color && { color }}>
          <Icon name={icon} size={18} />
        </span>
      )}
      {emoji && <EmojiView emoji={emoji} />}
      <span class="choice-words">
        <bdi class="choice-label" style={color && { color }}>
          {label}
        </bdi>
        {description && <bdi class="choice-description">{description}</bdi>}
      </span>
    </>
  );
}

export function EmojiView({ emoji }: { emoji: { readonly id?: string | null; readonly name?: string | null } }) {
  if (emoji.id) return <span class="custom-emoji">{`:${emoji.name ?? emoji.id}:`}</span>;
  return <span class="emoji">{emoji.name}</span>;
}

/** Choices whose label, value or description has the words; those that begin with them first. */
export function matching<C extends Choice>(choices: readonly C[], typed: string): readonly C[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return choices;
  const rank = ({ label, description }: Choice) => {
    const name = label.toLowerCase();
    if (name.startsWith(wanted)) return 0;
    if (name.includes(wanted)) return 1;
    return description?.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return choices
    .map((choice) => ({ choice, rank: rank(choice) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice);
}
