/** A guild's state in memory, with a clock that tests move, and its rules. */
import Database from 'better-sqlite3';
import type { Actor } from '../../src/community/actor.js';
import { createCommunity } from '../../src/community/community.js';
import { questionPosts } from '../../src/discord/views/question-posts.js';
import type { Effect } from '../../src/platform/effects.js';
import { createGuild } from '../../src/platform/guild.js';
import { migrate, readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { fakeClock } from './clock.js';

export function openGuild() {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = ON');
  migrate(db, readMigrations(shipped('migrations')));
  const clock = fakeClock();
  const nothing = () => {};
  const guild = createGuild({
    ...{ id: '1000', file: ':memory:', folder: '.', db, clock, boot: 'boot' },
    ...{ onEffect: nothing, onTimer: nothing, onBegin: nothing, onCommit: nothing, onTrouble: nothing },
  });
  const community = createCommunity(guild, { clock, posts: questionPosts });

  /** Takes the effects that wait, in order, without carrying them out. */
  const take = (): Effect[] => {
    const taken: Effect[] = [];
    for (let [row] = guild.outbox.due(1); row; [row] = guild.outbox.due(1)) {
      guild.outbox.done(row, undefined);
      taken.push(row.effect);
    }
    return taken;
  };

  return { db, guild, clock, community, take };
}

/** A person in the act: nobody special, unless told otherwise. */
export function person(id: string, as: Partial<Actor> = {}): Actor {
  return { id, roles: [], manages: false, moderates: false, locale: 'zh-CN', ...as };
}
