/** The members' sidebar: grouped by the highest role that is shown separately. */
import type { APIGuildMember } from 'discord-api-types/v10';
import { useMemo } from 'preact/hooks';
import type { GuildView } from '../../page-api/protocol.js';
import { useApp, usePart, useTexts } from '../context.js';
import { useUserMenu } from '../menu/user-menu.js';
import { AppBadge } from '../message/author.js';
import { openOverlay } from '../overlay.js';
import { Avatar } from '../parts/avatar.js';
import { Icon } from '../parts/icon.js';
import { clean, lookOf, nameOf, rolesOf } from '../state/reading.js';

interface Group {
  readonly name: string;
  readonly members: readonly APIGuildMember[];
}

/** Only so many rows are drawn of one group. */
const drawn = 100;

export function groupsOf(guild: GuildView, members: readonly APIGuildMember[], rest: string): Group[] {
  const groups = new Map<string, APIGuildMember[]>();
  for (const member of members) {
    const role = rolesOf(guild, member).find(({ hoist }) => hoist)?.id ?? '';
    groups.set(role, [...(groups.get(role) ?? []), member]);
  }
  const hoisted = guild.guild.roles.filter(({ hoist }) => hoist).sort((a, b) => b.position - a.position);
  return [...hoisted.map(({ id, name }) => ({ id, name: clean(name) })), { id: '', name: rest }].flatMap(
    ({ id, name }) => {
      const inside = groups.get(id);
      if (!inside) return [];
      return [{ name, members: inside.sort((a, b) => nameOf(a.user, a).localeCompare(nameOf(b.user, b))) }];
    },
  );
}

export function Members({ guild }: { guild: GuildView }) {
  const texts = useTexts();
  const members = usePart((state) => state.members[guild.guild.id]);
  const groups = useMemo(() => groupsOf(guild, Object.values(members ?? {}), texts.members), [guild, members, texts]);
  return (
    <aside class="members" aria-label={texts.membersList}>
      {groups.map(({ name, members: inside }) => (
        <section key={name}>
          <h2>
            <bdi>{name}</bdi> — {inside.length}
          </h2>
          <ul>
            {inside.slice(0, drawn).map((member) => (
              <MemberRow key={member.user.id} guild={guild} member={member} />
            ))}
          </ul>
          {inside.length > drawn && <p class="muted">{texts.andMore(inside.length - drawn)}</p>}
        </section>
      ))}
    </aside>
  );
}

function MemberRow({ guild, member }: { guild: GuildView; member: APIGuildMember }) {
  const { store } = useApp();
  const openMenu = useUserMenu(member.user);
  const { name, color } = lookOf(store.get(), guild, member.user);
  return (
    <li>
      <button
        type="button"
        class="member"
        onClick={(event) => {
          const { left, top } = event.currentTarget.getBoundingClientRect();
          openOverlay({ kind: 'profile', at: { x: left - 316, y: top }, user: member.user });
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          openMenu({ x: event.clientX, y: event.clientY });
        }}
      >
        <Avatar user={member.user} size={32} />
        <bdi class="member-name" style={color && { color }}>
          {name}
        </bdi>
        {member.user.bot && <AppBadge />}
        {guild.guild.owner_id === member.user.id && <Owner />}
      </button>
    </li>
  );
}

function Owner() {
  const texts = useTexts();
  return (
    <span class="owner" role="img" aria-label={texts.owner} title={texts.owner}>
      <Icon name="crown" size={16} />
    </span>
  );
}
