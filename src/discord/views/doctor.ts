/** What /doctor shows staff: a line for each thing that is right, and for each that is not, what it costs and what helps. */
import type { APIMessageTopLevelComponent } from 'discord.js';
import { ButtonStyle } from 'discord.js';
import type { GuildUnavailable } from '../../platform/guild-unavailable.js';
import type { Translator } from '../../platform/i18n.js';
import type { ParkedRow } from '../../platform/outbox.js';
import type { Diagnosis, Used } from '../diagnosis.js';
import { COLOURS, container, line, pressable, row, text } from './layout.js';
import { ago, cut, plain } from './text.js';

const OK = '✅';
const NOTE = '⚠️';
const WRONG = '❌';

export interface DoctorButtons {
  readonly retry: (effect: number) => string;
  readonly drop: (effect: number) => string;
}

export function doctorReport(found: Diagnosis, t: Translator, buttons: DoctorButtons): APIMessageTopLevelComponent[] {
  const parked = found.parked.flatMap((effect) => [
    text(parkedText(effect, t)),
    row(
      pressable(buttons.retry(effect.id), t('doctor.retry')),
      pressable(buttons.drop(effect.id), t('doctor.drop'), { style: ButtonStyle.Danger }),
    ),
  ]);
  const isFine =
    [found.missing, found.missingHere, found.above].every(({ length }) => length === 0) &&
    found.outbox.parked === 0 &&
    !found.problem;
  return [
    container(isFine ? COLOURS.answered : COLOURS.open, [
      text(`## ${t('doctor.title')}`),
      text([...grants(found, t), ...found.used.map((used) => usedText(used, t))].join('\n')),
      line(),
      text(dataTexts(found, t).join('\n')),
      ...parked,
      line(),
      text(cut(faultTexts(found, t).join('\n'), 1_500)),
    ]),
  ];
}

/** When the server's file cannot be used, everything that is in it is missing from the report, and this is why. */
export function doctorWithoutData(problem: GuildUnavailable, t: Translator): string {
  const reason = t('answer.unavailable', { kind: problem.kind });
  return `## ${t('doctor.title')}\n${WRONG} ${reason}\n\`${cut(problem.detail.replaceAll('`', "'"), 500)}\``;
}

function grants({ members, messageContent, missing, missingHere, above }: Diagnosis, t: Translator): string[] {
  const namesOf = (permissions: Diagnosis['missing']) =>
    t.list(permissions.map((name) => `**${t(`permission.${name}`)}**`));
  return [
    members ? `${OK} ${t('doctor.members.on')}` : `${NOTE} ${t('doctor.members.off')}`,
    `${OK} ${t(messageContent ? 'doctor.content.on' : 'doctor.content.off')}`,
    ...(missing.length > 0 ? [`${WRONG} ${t('doctor.permissions.missing', { names: namesOf(missing) })}`] : []),
    ...missingHere.map(
      ({ channel, permissions }) =>
        `${WRONG} ${t('doctor.permissions.missing_here', { channel: `<#${channel}>`, names: namesOf(permissions) })}`,
    ),
    ...(missing.length + missingHere.length === 0 ? [`${OK} ${t('doctor.permissions.all')}`] : []),
    above.length === 0
      ? `${OK} ${t('doctor.position.fine')}`
      : `${WRONG} ${t('doctor.position.above', { roles: above.map((id) => `<@&${id}>`).join(' ') })}`,
  ];
}

function usedText({ what, used, most }: Used, t: Translator): string {
  const mark = used >= most ? WRONG : used >= most * 0.9 ? NOTE : OK;
  return `${mark} ${t('doctor.used', { what, used, most })}`;
}

function dataTexts({ outbox, timers, problem, schema, size, pingMs }: Diagnosis, t: Translator): string[] {
  const { pending, parked, oldest } = outbox;
  return [
    pending === 0
      ? `${OK} ${t('doctor.outbox.empty')}`
      : `${NOTE} ${t('doctor.outbox.pending', { pending, oldest: oldest === undefined ? '' : ago(oldest) })}`,
    ...(parked === 0 ? [] : [`${WRONG} ${t('doctor.outbox.parked', { parked })}`]),
    ...timers.map(({ kind, attempts }) => `${WRONG} ${t('doctor.timer', { kind, attempts })}`),
    ...(problem ? [`${WRONG} ${t('answer.unavailable', { kind: problem.error.kind })} ${ago(problem.since)}`] : []),
    `${problem ? NOTE : OK} ${t('doctor.data', { schema, kibibytes: Math.ceil(size / 1024) })}`,
    // Measured with the first heartbeat, which comes up to 40 s after the start.
    ...(pingMs < 0 ? [] : [`${OK} ${t('doctor.ping', { milliseconds: pingMs })}`]),
  ];
}

function parkedText({ kind, target, attempts, created, error }: ParkedRow, t: Translator): string {
  const [, id] = target.split(':');
  const where = id && target.startsWith('channel:') ? `<#${id}>` : `\`${target}\``;
  const facts = t('doctor.parked', { kind, where, attempts, created: ago(created) });
  return `${facts}\n-# ${cut(plain(error), 200)}`;
}

function faultTexts({ faults }: Diagnosis, t: Translator): string[] {
  if (faults.length === 0) return [`${OK} ${t('doctor.faults.none')}`];
  const lines = faults.map(({ code, at, where, error }) => `- \`${code}\` ${ago(at)} ${plain(where)}: ${plain(error)}`);
  return [`${NOTE} ${t('doctor.faults.some')}`, ...lines];
}
