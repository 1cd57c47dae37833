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
    // Descriptors are kept: `locale` is read when it is asked for.
    return Object.defineProperties(
      { ...interacting, ...createActing(world, interactions, userId) },
      Object.getOwnPropertyDescriptors(seeing),
    ) as Actor;
  }

  return (userId) => {
    const actor = actors.get(userId) ?? create(userId);
    actors.set(userId, actor);
    return actor;
  };
}
