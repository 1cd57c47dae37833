/** One interaction, one operation, one answer. The only place where an error becomes something that a person reads. */
import type { Interaction } from 'discord.js';
import type { Community } from '../community/community.js';
import { refuse } from '../community/refusal.js';
import type { Clock } from '../platform/clock.js';
import type { Guild } from '../platform/guild.js';
import type { GuildStore } from '../platform/guild-store.js';
import { translator } from '../platform/i18n.js';
import { accessOf, mayUse } from './access.js';
import { answerError } from './answer-error.js';
import type { Catalogue } from './catalogue.js';
import type { Faults } from './faults.js';
import type { Meter, Outcome } from './meter.js';
import { type Answerable, deferWhenSlow, LATE_AFTER_MS } from './patience.js';
import { actorOf, readerOf } from './person.js';
import { createRateLimit, PERSONAL_PACE, TYPING_PACE } from './rate-limit.js';
import { type Route, routeOf } from './route.js';

export interface RouterDeps {
  readonly catalogue: Catalogue;
  readonly guilds: Pick<GuildStore, 'use'>;
  readonly communityOf: (guild: Guild) => Community;
  readonly faults: Faults;
  readonly meter: Meter;
  readonly clock: Clock;
}

export type Router = ReturnType<typeof createRouter>;

/** Answers interactions. */
export function createRouter(deps: RouterDeps) {
  const { catalogue, guilds, communityOf, faults, meter, clock } = deps;
  const system = { catalogue, faults };
  const personal = createRateLimit(PERSONAL_PACE, clock);
  const typing = createRateLimit(TYPING_PACE, clock);
  const underWay = new Set<Promise<void>>();

  async function answer(interaction: Interaction): Promise<void> {
    const started = performance.now();
    const cancelDeferral = interaction.isAutocomplete() ? undefined : deferWhenSlow(interaction, clock);
    let label = 'unknown';
    let outcome: Outcome = 'ok';
    try {
      if (!interaction.inCachedGuild()) return refuse('not_here');
      const route = routeOf(catalogue, interaction);
      label = route.label;
      await operate(interaction, route);
      if (!interaction.isAutocomplete()) await acknowledge(interaction);
    } catch (error) {
      outcome = await answerError(interaction, error, label, faults);
    } finally {
      cancelDeferral?.();
      const took = performance.now() - started;
      meter.answered(label, outcome === 'ok' && took > LATE_AFTER_MS ? 'late' : outcome, took);
    }
  }

  async function operate(interaction: Interaction<'cached'>, route: Route): Promise<void> {
    const wait = (interaction.isAutocomplete() ? typing : personal)(interaction.user.id);
    if (wait > 0) return refuse('too_fast', { seconds: Math.ceil(wait / 1000) });
    await guilds.use(interaction.guildId, async (guild) => {
      const locale = readerOf(interaction);
      const community = communityOf(guild);
      const by = actorOf(interaction, locale);
      if (route.access !== 'everyone' && !mayUse(accessOf(by, community.settings.roles()), route.access)) {
        refuse('not_allowed', { access: route.access });
      }
      await route.run({ community, by, t: translator(locale), locale, now: clock.now(), guild, system });
    });
  }

  return {
    /** Never throws, never rejects: whatever goes wrong is answered, counted and noted. */
    handle(interaction: Interaction): void {
      const work: Promise<void> = answer(interaction)
        .catch((error: unknown) => {
          faults.note(error, { where: 'router', guildId: interaction.guildId, interactionId: interaction.id });
        })
        .finally(() => underWay.delete(work));
      underWay.add(work);
    },

    /** Resolves when every answer under way is given. */
    async drain(): Promise<void> {
      await Promise.all(underWay);
    },
  };
}

/** A handler that forgot to answer a press leaves the message as it is; one that forgot a command is a fault. */
async function acknowledge(interaction: Answerable): Promise<void> {
  if (interaction.replied) return;
  if (interaction.isMessageComponent()) {
    if (!interaction.deferred) await interaction.deferUpdate();
  } else {
    throw new Error('the handler ended without an answer');
  }
}
