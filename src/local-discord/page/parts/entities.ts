/** People, roles and channels as choices. */
import { useMemo } from 'preact/hooks';
import { usePart } from '../context.js';
import { channelType, isThread } from '../discord.js';
import { channelName, clean, guildHere, hex, isDirect, nameOf } from '../state/reading.js';
import type { Choice } from './choice.js';
import type { IconName } from './icon.js';

export const channelIcon = (type: number): IconName => {
  if (isThread(type)) return 'thread';
  if (type === channelType.forum || type === channelType.media) return 'forum';
  if (type === channelType.announcement) return 'megaphone';
  if (type === channelType.voice || type === channelType.stage) return 'voice';
  if (type === channelType.direct || type === channelType.groupDirect) return 'at';
  return 'hash';
};

export function usePeople(): readonly Choice[] {
  const members = usePart((state) => state.members[state.place.guild]);
  const me = usePart((state) => state.me);
  const direct = usePart((state) => (isDirect(state) ? state.direct : undefined));
  return useMemo(() => {
    const here = direct
      ? [...(me ? [me.user] : []), ...direct.flatMap((one) => ('recipients' in one ? (one.recipients ?? []) : []))].map(
          (user) => ({ user, nick: undefined }),
        )
      : Object.values(members ?? {});
    return here.map(({ user, nick }): Choice => {
      const name = nick ? clean(nick) : nameOf(user);
      return { value: user.id, label: name, description: clean(user.username), user };
    });
  }, [members, direct, me]);
}

export function useRoles(): readonly Choice[] {
  const guild = usePart(guildHere);
  return useMemo(
    () =>
      [...(guild?.guild.roles ?? [])]
        .sort((a, b) => b.position - a.position)
        .map(({ id, name, color }): Choice => ({ value: id, label: clean(name), icon: 'role', color: hex(color) })),
    [guild],
  );
}

/** Channels one can see; with types, of these types only. */
export function useChannels(types?: readonly number[]): readonly Choice[] {
  const guild = usePart(guildHere);
  const only = types?.join();
  return useMemo(() => {
    const wanted = only?.split(',').map(Number);
    return (guild?.channels ?? [])
      .filter(({ type }) => (wanted ? wanted.includes(type) : type !== channelType.category))
      .map((one): Choice => ({ value: one.id, label: channelName(one), icon: channelIcon(one.type) }));
  }, [guild, only]);
}
