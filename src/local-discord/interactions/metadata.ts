/** `interaction_metadata` of the messages that answer an interaction. */
import { type APIMessageInteractionMetadata, InteractionType } from 'discord-api-types/v10';
import { renderUserId } from '../render/people.js';
import type { World } from '../world.js';
import type { Interaction } from './live.js';

export function metadataOf(world: World, interaction: Interaction): APIMessageInteractionMetadata {
  const { id, type, userId, guildId, source, target, openedBy, original } = interaction;
  const metadata = {
    id,
    type,
    user: renderUserId(world, userId),
    authorizing_integration_owners: { '0': guildId ?? '0' },
    ...(original && original !== source && { original_response_message_id: original.id }),
    ...(target.userId && { target_user: renderUserId(world, target.userId) }),
    ...(target.messageId && { target_message_id: target.messageId }),
    ...(type === InteractionType.MessageComponent && source && { interacted_message_id: source.id }),
    ...(openedBy && { triggering_interaction_metadata: metadataOf(world, openedBy) }),
  };
  return metadata as typeof metadata & APIMessageInteractionMetadata;
}
