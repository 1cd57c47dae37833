/**
 * Keeps what Discord (or something that speaks like it) sends from breaking the client. discord.js trusts every dispatch:
 * a malformed one throws inside it, as an unhandled rejection or, queued during the start, as an uncaught exception; and
 * an interaction of a kind that it does not know is dropped unanswered.
 */
import {
  type Client,
  DiscordAPIError,
  Events,
  GatewayDispatchEvents,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  Routes,
} from 'discord.js';
import { localeOf, type MessageKey, translator } from '../platform/i18n.js';
import type { Faults } from './faults.js';
import type { Meter } from './meter.js';

export interface GuardDeps {
  readonly faults: Faults;
  readonly meter: Meter;
}

const KNOWN = new Set<unknown>(Object.values(GatewayDispatchEvents));

/** Notes dispatches that discord.js fails on, and answers interactions that it could not read. Call before login. */
export function guardDispatches(client: Client, { faults, meter }: GuardDeps): void {
  // Private to discord.js, and the only place that all dispatches pass on their way to it; a test watches that it stays so.
  const handle: unknown = Reflect.get(client.ws, 'handlePacket');
  if (typeof handle !== 'function') throw new Error('this version of discord.js handles dispatches elsewhere');
  let read = false;
  client.on(Events.InteractionCreate, () => {
    read = true;
  });

  Reflect.set(
    client.ws,
    'handlePacket',
    (packet: { t?: unknown; d?: unknown } | undefined, shard: unknown): unknown => {
      read = false;
      let taken: unknown = true;
      try {
        taken = handle.call(client.ws, packet, shard);
      } catch (error) {
        faults.note(error, { where: `dispatch ${KNOWN.has(packet?.t) ? packet?.t : 'unknown'}` });
      }
      // Until the client is ready dispatches are queued, and come by again.
      if (packet?.t === GatewayDispatchEvents.InteractionCreate && taken === true && !read) {
        void answerUnread(client, packet.d).then((outcome) => meter.answered('unknown', outcome, 0));
      }
      return taken;
    },
  );
}

async function answerUnread(client: Client, interaction: unknown): Promise<'refusal' | 'late'> {
  if (typeof interaction !== 'object' || interaction === null) return 'late';
  const id: unknown = Reflect.get(interaction, 'id');
  const token: unknown = Reflect.get(interaction, 'token');
  if (typeof id !== 'string' || !/^\d{1,20}$/.test(id) || typeof token !== 'string' || token === '') return 'late';
  const route = Routes.interactionCallback(id, encodeURIComponent(token));
  for (const body of unreadAnswers(Reflect.get(interaction, 'type'), Reflect.get(interaction, 'locale'))) {
    try {
      await client.rest.post(route, { body, auth: false });
      return 'refusal';
    } catch (error) {
      if (!(error instanceof DiscordAPIError)) return 'late';
    }
  }
  return 'late';
}

/** What fits an interaction of this type; of one whose type cannot be told, what may fit. */
function unreadAnswers(type: unknown, locale: unknown): object[] {
  const noChoices = { type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices: [] } };
  switch (type) {
    case InteractionType.Ping:
      return [{ type: InteractionResponseType.Pong }];
    case InteractionType.ApplicationCommandAutocomplete:
      return [noChoices];
    case InteractionType.MessageComponent:
    case InteractionType.ModalSubmit:
      return [says('answer.out_of_date', locale)];
    case InteractionType.ApplicationCommand:
      return [says('answer.unknown_command', locale)];
    default:
      return [says('answer.unknown_command', locale), noChoices];
  }
}

function says(key: MessageKey, locale: unknown): object {
  return {
    type: InteractionResponseType.ChannelMessageWithSource,
    data: {
      content: translator(localeOf(typeof locale === 'string' ? locale : null))(key),
      flags: MessageFlags.Ephemeral,
      allowed_mentions: { parse: [] },
    },
  };
}
