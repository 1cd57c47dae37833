/** One interaction, one operation, one answer. The only place where an error becomes something that a person reads. */
import type { Interaction } from 'discord.js';
import type { Actor, StandingRoles } from '../community/actor.js';
import type { Community } from '../community/community.js';
import { refuse } from '../community/refusal.js';
import type { SqliteFleet } from '../fleet/engines/sqlite/fleet.js';
import type { Herald } from '../fleet/herald.js';
import type { Clock } from '../platform/clock.js';
import type { Guild } from '../platform/guild.js';
import type { GuildStore } from '../platform/guild-store.js';
import { GuildUnavailable } from '../platform/guild-unavailable.js';
import { translator } from '../platform/i18n.js';
import { type Access, accessOf, mayUse } from './access.js';
import { answerError } from './answer-error.js';
import type { System } from './context.js';
import type { Meter, Outcome } from './meter.js';
import { type Answerable, deferWhenSlow, LATE_AFTER_MS } from './patience.js';
import { actorOf, readerOf } from './person.js';
import { createRateLimit, PERSONAL_PACE, TYPING_PACE } from './rate-limit.js';
import { type Route, routeOf } from './route.js';

export interface RouterDeps {
  readonly system: System;
  readonly guilds: Pick<GuildStore, 'use'>;
  readonly communityOf: (guild: Guild) => Community;
  readonly fleetIn: (guild: Guild) => SqliteFleet;
  readonly heraldIn: (guild: Guild) => Herald;
  /** After somebody's command about hunts or findings: there may be new work for machines that wait. */
  readonly onFleetCommand: (guildId: string) => void;
  readonly meter: Meter;
  readonly clock: Clock;
}

export type Router = ReturnType<typeof createRouter>;

/** Answers interactions. */
export function createRouter(deps: RouterDeps) {
  const { system, guilds, communityOf, fleetIn, heraldIn, onFleetCommand, meter, clock } = deps;
  const { catalogue, faults } = system;
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
    const locale = readerOf(interaction);
    const reader = { by: actorOf(interaction, locale), t: translator(locale), locale };
    const now = clock.now();
    try {
      await guilds.use(interaction.guildId, async (guild) => {
        const community = communityOf(guild);
        if (route.access !== 'everyone') check(route.access, reader.by, community.settings.roles());
        let told = false;
        const herald = (): Herald => {
          told = true;
          return heraldIn(guild);
        };
        await route.run({ ...reader, community, fleet: () => fleetIn(guild), herald, now, guild, system });
        if (told) onFleetCommand(guild.id);
      });
    } catch (error) {
      if (!(error instanceof GuildUnavailable) || !route.runWithoutData || isAnswered(interaction)) throw error;
      check(route.access, reader.by, {});
      await route.runWithoutData({ ...reader, problem: error });
    }
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

    /** Resolves when no answer is under way any more. */
    async drain(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function check(needs: Access, by: Actor, roles: StandingRoles): void {
  if (!mayUse(accessOf(by, roles), needs)) refuse('not_allowed', { access: needs });
}

function isAnswered(interaction: Interaction): boolean {
  return interaction.isAutocomplete() ? interaction.responded : interaction.replied;
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
