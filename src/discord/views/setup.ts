/** What /setup shows to staff. */
import { ButtonStyle, MessageFlags } from 'discord.js';
import type { ShownPlan } from '../../community/setup.js';
import type { Blocked, Plan, PlanStep } from '../../community/setup-plan.js';
import type { Translator } from '../../platform/i18n.js';
import { addressing } from '../custom-id.js';
import { APPLY_PLAN, CHECK_SETUP } from './addresses.js';
import { COLOURS, container, line, pressable, row, text } from './layout.js';
import type { View } from './questions.js';
import { cut, plain } from './text.js';

const STEP_EMOJI = { there: '✅', adopt: '🔗', make: '🆕', repair: '🔧' } as const;

/** So much of a name that people gave stands in the list, so that all steps fit one message. */
const NAME_LIMIT = 50;

const apply = addressing(APPLY_PLAN);
const check = addressing(CHECK_SETUP);

/** A plan: what is there, what would be adopted or made, and what stands in the way. */
export function setupPlan(t: Translator, plan: ShownPlan): View {
  const checkButton = pressable(check.id(), t('setup.button.check'));
  const applicable = plan.blocked.length === 0 && !plan.underWay;
  const applyButton = pressable(apply.id({ plan: plan.id }), t('setup.button.apply'), {
    style: ButtonStyle.Success,
    disabled: !applicable,
  });
  const title = plan.underWay ? t('setup.under_way') : plan.done ? t('setup.done') : t('setup.title');
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(plan.done ? COLOURS.answered : COLOURS.plain, [
        text(`### ${title}`),
        ...stepsOf(t, plan),
        row(...(plan.done ? [] : [applyButton]), checkButton),
      ]),
    ],
  };
}

/** A plan that is being applied, or why it is not. */
export function setupApplied(t: Translator, plan: Plan): View {
  const under = plan.blocked.length === 0;
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(under ? COLOURS.answered : COLOURS.open, [
        text(`### ${under ? t('setup.under_way') : t('setup.title')}`),
        ...(under ? [text(t('setup.under_way.hint'))] : []),
        ...stepsOf(t, plan),
        row(pressable(check.id(), t('setup.button.check'))),
      ]),
    ],
  };
}

function stepsOf(t: Translator, { languages, steps, blocked }: Plan) {
  return [
    text(t('setup.languages', { languages: t.list(languages.map((locale) => t(`language.${locale}`))) })),
    text(steps.map((step) => stepOf(t, step)).join('\n')),
    ...(blocked.length > 0 ? [line(), text(blocked.map((reason) => `⛔ ${blockedBy(t, reason)}`).join('\n'))] : []),
  ];
}

function stepOf(t: Translator, { place, state, name, id }: PlanStep): string {
  const shown =
    id && place.startsWith('role.')
      ? `<@&${id}>`
      : id && place.startsWith('channel.')
        ? `<#${id}>`
        : plain(cut(name, NAME_LIMIT));
  return `${STEP_EMOJI[state]} **${t(`setup.place.${place}`)}** ${t(`setup.step.${state}`, { name: shown })}`;
}

function blockedBy(t: Translator, blocked: Blocked): string {
  switch (blocked.reason) {
    case 'permissions':
      return t('setup.blocked.permissions', { permissions: namesOf(t, blocked.permissions) });
    case 'channel_permissions':
      return t('setup.blocked.channel_permissions', {
        channel: `<#${blocked.channel}>`,
        permissions: namesOf(t, blocked.permissions),
      });
    case 'tags_full':
      return t('setup.blocked.tags_full', { channel: `<#${blocked.channel}>`, count: blocked.count });
    case 'roles_full':
    case 'channels_full':
      return t(`setup.blocked.${blocked.reason}`);
  }
}

function namesOf(t: Translator, permissions: Extract<Blocked, { reason: 'permissions' }>['permissions']): string {
  return t.list(permissions.map((name) => `**${t(`permission.${name}`)}**`));
}
