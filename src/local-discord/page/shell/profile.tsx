/** Somebody's card: names, roles, since when, and what applications offer to do with them. */
import type { APIUser } from 'discord-api-types/v10';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useActions, useLanguage, usePart, useTexts } from '../context.js';
import { timeOf } from '../discord.js';
import { showTime } from '../markdown/time.js';
import { useUserCommands } from '../menu/user-menu.js';
import { AppBadge, useLook } from '../message/author.js';
import { closeOverlay, type MenuItem } from '../overlay.js';
import { Avatar } from '../parts/avatar.js';
import { Popover, type Spot } from '../parts/popover.js';
import { clean, guildHere, hex, rolesOf } from '../state/reading.js';

export function Profile({ at, user }: { at: Spot; user: APIUser }) {
  const texts = useTexts();
  const language = useLanguage();
  const { message } = useActions();
  const { name, color, member } = useLook(user);
  const guild = usePart(guildHere);
  const me = usePart((state) => state.me?.id);
  const commands = useUserCommands(user);
  const [apps, setApps] = useState<readonly MenuItem[]>([]);
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    card.current?.focus();
    if (member) void commands().then(setApps);
  }, [user.id]);
  const roles = guild ? rolesOf(guild, member) : [];
  const date = (time: number) => showTime(time, 'D', language, time);
  return (
    <Popover at={at} class="profile" close={closeOverlay}>
      <div role="dialog" aria-label={name} tabIndex={-1} ref={card}>
        <div class="profile-top" style={color && { background: color }} />
        <Avatar user={user} size={72} />
        <h2>
          <bdi>{name}</bdi> {user.bot && <AppBadge />}
        </h2>
        <p class="muted">
          <bdi>{clean(user.username)}</bdi>
        </p>
        {member?.joined_at && <p class="muted small">{texts.memberSince(date(Date.parse(member.joined_at)))}</p>}
        <p class="muted small">{texts.onDiscordSince(date(timeOf(user.id)))}</p>
        {roles.length > 0 && (
          <ul class="roles" aria-label={texts.roles}>
            {roles.map((role) => (
              <li key={role.id}>
                <span class="role-dot" style={role.color ? { background: hex(role.color) } : undefined} />
                <bdi>{clean(role.name)}</bdi>
              </li>
            ))}
          </ul>
        )}
        <div class="profile-end">
          {user.id !== me && (
            <button
              type="button"
              class="button primary"
              onClick={() => {
                closeOverlay();
                void message(user.id);
              }}
            >
              {texts.sendMessage}
            </button>
          )}
          {apps.map((item) => (
            <button
              type="button"
              class="button secondary"
              key={item.label}
              onClick={() => {
                closeOverlay();
                item.run?.();
              }}
            >
              {item.by && <Avatar user={item.by} size={16} />}
              <bdi>{item.label}</bdi>
            </button>
          ))}
        </div>
      </div>
    </Popover>
  );
}
