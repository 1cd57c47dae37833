/** Follows what people do to our things in Discord by hand: posts in the forum, renamings, deletions. Needs the Guilds intent only. */
import { setImmediate } from 'node:timers/promises';
import { type Client, Events, GatewayDispatchEvents, type Guild as Server } from 'discord.js';
import { z } from 'zod';
import type { Community } from '../../community/community.js';
import type { Clock } from '../../platform/clock.js';
import type { Guild } from '../../platform/guild.js';
import type { GuildStore } from '../../platform/guild-store.js';
import { GuildUnavailable, mayPass } from '../../platform/guild-unavailable.js';
import type { Faults } from '../faults.js';
import { forumPostOf, presenceIn, tagsOf, YOUNG_MS } from '../found.js';

export interface PlacesDeps {
  readonly guilds: Pick<GuildStore, 'has' | 'open' | 'release'>;
  readonly communityOf: (guild: Guild) => Community;
  readonly faults: Pick<Faults, 'note'>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
}

const AGAIN_MS = 15_000;

const GONE_THREAD = z.object({ id: z.string(), guild_id: z.string().regex(/^\d{1,20}$/) });
const THREAD = GONE_THREAD.extend({ name: z.string(), applied_tags: z.array(z.string()).default([]) });

/**
 * Starts to follow, once the client is ready; servers that are there by then are caught up with one after the other, so
 * that a thousand of them keep nobody waiting. Returns how to stop the catching up.
 */
export function followPlaces(client: Client<true>, { guilds, communityOf, faults, clock }: PlacesDeps): () => void {
  const self = client.user.id;
  let stopped = false;
  const missed = new Set<string>();

  /** A server without a file never used /setup: nothing of ours is in it. */
  const tell = (guildId: string, what: (community: Community) => void): void => {
    try {
      if (guilds.has(guildId)) what(communityOf(guilds.open(guildId)));
    } catch (error) {
      if (mayPass(error)) lookLater(guildId);
      // A file that nobody can use until a person mends it is told of elsewhere.
      else if (!(error instanceof GuildUnavailable)) faults.note(error, { where: 'listener', guildId });
    }
  };
  /** What happens while a file cannot be written is found out when it can. */
  function lookLater(guildId: string): void {
    if (missed.has(guildId)) return;
    missed.add(guildId);
    clock.after(AGAIN_MS, () => {
      missed.delete(guildId);
      const server = client.guilds.cache.get(guildId);
      if (server?.available) reconcile(server);
    });
  }
  function reconcile(server: Server): void {
    if (stopped) return;
    tell(server.id, (community) => {
      const { presence, isDoubtful } = presenceIn(server, self, clock.now());
      community.reconcile(presence);
      if (isDoubtful()) clock.after(YOUNG_MS, () => reconcile(server));
    });
  }

  client.on(Events.GuildCreate, reconcile);
  client.on(Events.GuildAvailable, reconcile);
  client.on(Events.ThreadCreate, (thread) => {
    const post = forumPostOf(thread, self);
    if (post) tell(thread.guildId, ({ questions }) => questions.adopt(post.channel, post));
  });
  client.on(Events.ThreadUpdate, (before, after) => {
    if (before.name === after.name && before.appliedTags.join() === after.appliedTags.join()) return;
    tell(after.guildId, ({ questions }) => questions.edited(after.id, after.name, after.appliedTags));
  });
  client.on(Events.ThreadDelete, (thread) => tell(thread.guildId, ({ lost }) => lost(thread.id)));
  // Of threads that it does not keep, which are those that were archived, discord.js tells nothing.
  client.ws.on(GatewayDispatchEvents.ThreadUpdate, (thread: unknown) => {
    const { data } = THREAD.safeParse(thread);
    if (data && !client.channels.cache.has(data.id))
      tell(data.guild_id, ({ questions }) => questions.edited(data.id, data.name, data.applied_tags));
  });
  client.ws.on(GatewayDispatchEvents.ThreadDelete, (thread: unknown) => {
    const { data } = GONE_THREAD.safeParse(thread);
    if (data && !client.channels.cache.has(data.id)) tell(data.guild_id, ({ lost }) => lost(data.id));
  });
  client.on(Events.ChannelDelete, (channel) => {
    if (!channel.isDMBased()) tell(channel.guildId, ({ lost }) => lost(channel.id));
  });
  client.on(Events.GuildRoleDelete, (role) => tell(role.guild.id, ({ lost }) => lost(role.id)));
  // Tags are deleted by an update of their forum.
  client.on(Events.ChannelUpdate, (before, after) => {
    if (before.isDMBased() || after.isDMBased()) return;
    const left = new Set(tagsOf(after).map(({ id }) => id));
    const gone = tagsOf(before).flatMap(({ id }) => (left.has(id) ? [] : [id]));
    if (gone.length > 0) tell(after.guildId, ({ lostTags }) => lostTags(gone));
  });

  async function catchUp(): Promise<void> {
    for (const server of [...client.guilds.cache.values()]) {
      await setImmediate();
      if (stopped) return;
      if (!server.available) continue;
      reconcile(server);
      // Most servers are silent most of the time: their files need not stay open for this.
      guilds.release(server.id);
    }
  }
  void catchUp();
  return () => {
    stopped = true;
  };
}
