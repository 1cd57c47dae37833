/** Sends an interaction to its application, and waits for the answer. */
import type { Place } from '../access.js';
import type { Gateway } from '../gateway/index.js';
import type { World } from '../world.js';
import type { Asked, Interaction, Live } from './live.js';
import { interactionData } from './payload.js';

export interface Question extends Omit<Asked, 'id' | 'token' | 'channelId' | 'guildId'> {
  readonly place: Place;
  readonly data: unknown;
  /** Fields that are sent instead of the true ones: for tests of what Discord would never send. */
  readonly forged?: object;
}

/** Letters and digits of a token: unguessable, and short enough for a path. */
const TOKEN_LENGTH = 64;

export function createAsk(
  world: World,
  live: Live,
  gateway: Pick<Gateway, 'isOnline' | 'tell'>,
): (question: Question) => Interaction {
  return ({ place, data, forged, ...question }) => {
    const id = world.newId();
    const token = world.newSecret(TOKEN_LENGTH);
    const guildId = place.guild?.id;
    const interaction = live.open({ ...question, id, token, channelId: place.channel.id, guildId });
    const { application, userId, type, source } = question;
    if (gateway.isOnline(application, guildId)) {
      const told = { id, token, type, application, userId, place, data, message: source };
      gateway.tell(application, 'INTERACTION_CREATE', { ...interactionData(world, told), ...forged }, guildId);
    } else interaction.answer({ kind: 'failed', reason: 'offline' });
    return interaction;
  };
}
