/** Makes the actors: one for each person, all alike. */
import type { Actor } from '../actor.js';
import { fail } from '../errors.js';
import type { Interactions } from '../interactions/index.js';
import type { Id } from '../model.js';
import type { World } from '../world.js';
import { createActing, keepUpload } from './acting.js';
import { createInteracting } from './interacting.js';
import { createSeeing, createWatching, messageFor } from './seeing.js';

/** Gives the actor of a person. Refuses: unknownUser, and bots, who act for themselves. */
export function createActors(world: World, interactions: Interactions): (userId: Id) => Actor {
  const watch = createWatching(world);
  const actors = new Map<Id, Actor>();

  function create(userId: Id): Actor {
    const user = world.users.get(userId) ?? fail('unknownUser');
    if (user.bot) fail('botsForbidden');
    const interacting = createInteracting(
      {
        world,
        interactions,
        upload: (file) => keepUpload(world, file),
        messageFor: (reader, at) => messageFor(world, interactions, reader, at),
      },
      userId,
    );
    const seeing = createSeeing({ world, interactions, watch }, userId);
    const actor: Omit<Actor, 'locale'> = { ...interacting, ...createActing(world, interactions, userId), ...seeing };
    // Spreading would keep the language of this moment.
    return Object.defineProperty(actor as Actor, 'locale', { get: () => seeing.locale });
  }

  return (userId) => {
    const actor = actors.get(userId) ?? create(userId);
    actors.set(userId, actor);
    return actor;
  };
}
