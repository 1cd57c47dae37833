import type { APIMessage, APIUser } from 'discord-api-types/v10';
import { useMemo } from 'preact/hooks';
import { useApp, usePart, useTexts } from '../context.js';
import { openOverlay } from '../overlay.js';
import { below } from '../parts/popover.js';
import { guildHere, type Look, lookOf } from '../state/reading.js';

/** How somebody is shown in the guild that the reader is in. */
export function useLook(user: APIUser): Look {
  const { store } = useApp();
  const guild = usePart(guildHere);
  const member = usePart((state) => guild && state.members[guild.guild.id]?.[user.id]);
  // The member is not read here, but a change of their roles or name changes the look.
  return useMemo(() => lookOf(store.get(), guild, user), [store, guild, member, user]);
}

export function Author({ message }: { message: APIMessage }) {
  const { author, webhook_id: webhook, application_id: application } = message;
  const look = useLook(author);
  return (
    <>
      <button
        type="button"
        class="author"
        style={look.color && { color: look.color }}
        onClick={(event) => openOverlay({ kind: 'profile', at: below(event.currentTarget), user: author })}
      >
        <bdi>{look.name}</bdi>
      </button>
      {(author.bot || (webhook && !application)) && <AppBadge />}
    </>
  );
}

export function AppBadge() {
  return <span class="badge">{useTexts().app}</span>;
}
