/** Answers about lent machines that only the person who acted sees. Nothing of a machine but its alias is shown to others. */
import { MessageFlags } from 'discord.js';
import type { Languages } from '../../community/settings.js';
import type { BoardRow, Hours, LedgerRow } from '../../fleet/engines/sqlite/ledger.js';
import { type Machine, SILENT_MS } from '../../fleet/machine.js';
import type { MessageBody } from '../../platform/effects.js';
import { isMessageKey, publicTexts, type Translator } from '../../platform/i18n.js';
import { isLoopback, nameOfHost } from '../../platform/loopback.js';
import { addressing } from '../custom-id.js';
import { APPEAL_MACHINE, BOARD_LISTED, BOARD_PAGE, HOURS_PAGE, MACHINE_PAGE } from './addresses.js';
import { COLOURS, container, line, pressable, row, text } from './layout.js';
import { type Page, pager } from './pager.js';
import type { View } from './questions.js';
import { ago, codeBlock, cut, duration, inCode, plain, user } from './text.js';

const STATE_EMOJI = { active: '🟢', paused: '⏸️', quarantined: '🚫', withdrawn: '📤' } as const;
const SILENT_EMOJI = '⚫';

const machinePage = addressing(MACHINE_PAGE);
const hoursPage = addressing(HOURS_PAGE);
const appeal = addressing(APPEAL_MACHINE);
const boardPage = addressing(BOARD_PAGE);
const boardListed = addressing(BOARD_LISTED);

export interface Offer {
  readonly alias: string;
  readonly url: string;
  readonly code: string;
  readonly expiresAt: number;
  /** It will begin held, for the sake of another of its lender. */
  readonly held: boolean;
}

/** Whether what machines say goes over a network unencrypted: the host said so, and the lender says it too. */
const isOpen = (url: string): boolean => {
  const parsed = new URL(url);
  return parsed.protocol === 'http:' && !isLoopback(nameOfHost(parsed));
};

/** The one line to paste, for the lender alone. */
export function offered(t: Translator, { alias, url, code, expiresAt, held }: Offer): View {
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### 🐦 ${t('machine.lend.title', { alias: plain(alias) })}`),
        text(t('machine.lend.paste')),
        text(codeBlock(`npx flock worker enroll ${url} ${code}${isOpen(url) ? ' --insecure' : ''}`)),
        text(t('machine.lend.once', { expires: ago(expiresAt) })),
        ...(held ? [text(`${STATE_EMOJI.quarantined} ${t('machine.lend.held')}`)] : []),
        line(),
        text(`${t('machine.lend.then')}\n${codeBlock('npx flock worker accept\nnpx flock worker run')}`),
        text(`-# ${t('machine.lend.terms')}`),
      ]),
    ],
  };
}

export interface MachineList {
  readonly page: Page;
  readonly items: readonly Machine[];
  readonly mine: boolean;
  readonly now: number;
}

export function list(t: Translator, { page, items, mine, now }: MachineList): View {
  const to = (target: number) => machinePage.id({ page: target, mine });
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### 🐦 ${t(mine ? 'machine.list.mine' : 'machine.list.all', { count: page.total })}`),
        text(items.map((machine) => lineOf(t, machine, now)).join('\n') || t('machine.list.empty')),
        ...pager(t, page, to),
      ]),
    ],
  };
}

function lineOf(t: Translator, machine: Machine, now: number): string {
  return `${emojiOf(machine, now)} **${plain(machine.alias)}** · ${whatOf(t, machine, now)}`;
}

const isSilent = ({ state, seenAt }: Machine, now: number): boolean => state === 'active' && seenAt < now - SILENT_MS;
const emojiOf = (machine: Machine, now: number): string =>
  isSilent(machine, now) ? SILENT_EMOJI : STATE_EMOJI[machine.state];

/** What it is doing, in a few words. */
function whatOf(t: Translator, machine: Machine, now: number): string {
  if (machine.state !== 'active') return t(`machine.state.${machine.state}`);
  if (isSilent(machine, now)) return `${t('machine.state.silent')} ${ago(machine.seenAt)}`;
  const key = `machine.doing.${machine.doing}`;
  return isMessageKey(key) ? t(key) : t('machine.doing.idle');
}

export interface Looker {
  /** Its lender and staff see what machine it is; others see its alias and its state. */
  readonly whole: boolean;
  /** The reader lent it. */
  readonly mine: boolean;
  readonly now: number;
}

export function show(t: Translator, machine: Machine, { whole, mine, now }: Looker): View {
  const { alias, cores, memoryMb, os, arch, version, enrolledAt, seenAt, trust, state, reason, words } = machine;
  const facts = [
    `${emojiOf(machine, now)} **${whatOf(t, machine, now)}**`,
    ...(whole
      ? [
          t('machine.show.lender', { lender: user(machine.lender) }),
          t('machine.show.about', {
            os: plain(os),
            arch: plain(arch),
            cores,
            memory: memoryMb,
            version: plain(version),
          }),
          t('machine.show.since', { enrolled: ago(enrolledAt), seen: ago(seenAt) }),
          t('machine.show.trust', { streak: trust.streak, strikes: trust.strikes }),
        ]
      : []),
  ];
  const advice = adviceOf(t, machine, now);
  const held =
    state === 'quarantined'
      ? [
          line(),
          text(
            [
              `**${t('machine.held.title')}**`,
              t(`machine.held.${reason ?? 'staff'}`),
              ...(words ? [quoted(words)] : []),
              `-# ${t('machine.held.appeal', { alias: inCode(alias) })}`,
              ...(whole && machine.appeal ? [`✋ ${t('machine.appeal.says')}`, quoted(machine.appeal)] : []),
            ].join('\n'),
          ),
          ...(mine && !machine.appeal ? [row(pressable(appeal.id({ alias }), t('machine.button.appeal')))] : []),
        ]
      : [];
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(state === 'quarantined' ? COLOURS.wrong : COLOURS.plain, [
        text(`### 🐦 ${plain(alias)}`),
        text(facts.join('\n')),
        ...(advice ? [text(`💡 ${advice}`)] : []),
        ...held,
      ]),
    ],
  };
}

const quoted = (words: string): string => `> ${plain(cut(words, 600))}`;

/** What would make it work, where something of its lender's would. */
function adviceOf(t: Translator, machine: Machine, now: number): string | undefined {
  if (machine.state === 'paused') return t('machine.advice.switched_off', { alias: inCode(machine.alias) });
  if (isSilent(machine, now)) return t('machine.advice.silent');
  const key = `machine.advice.${machine.doing}`;
  return machine.state === 'active' && isMessageKey(key) ? t(key) : undefined;
}

export function switched(t: Translator, { alias, state }: Machine): View {
  const key = state === 'paused' ? 'machine.paused' : 'machine.resumed';
  return { content: `${STATE_EMOJI[state]} ${t(key, { alias: plain(alias) })}` };
}
export const withdrawn = (t: Translator, { alias, lender }: Machine, by: string): View => ({
  content: `📤 ${t(lender === by ? 'machine.withdrawn' : 'machine.withdrawn.by_staff', { alias: plain(alias) })}`,
});
export const quarantined = (t: Translator, { alias }: Machine): View => ({
  content: `🚫 ${t('machine.quarantined', { alias: plain(alias) })}`,
});
export const appealed = (t: Translator, alias: string): View => ({
  content: `✋ ${t('machine.appealed', { alias: plain(alias) })}`,
});
/** Told where hunts are: its lender's words are for staff alone. */
export const appealPost = (languages: Languages, { alias }: Machine): MessageBody => ({
  content: `✋ ${publicTexts(languages).block('machine.appeal.post', { alias: inCode(alias) })}`,
});
export const pardoned = (t: Translator, { alias }: Machine): View => ({
  content: `🟢 ${t('machine.pardoned', { alias: plain(alias) })}`,
});

/** Core-milliseconds, as core-hours. */
const hoursOf = (t: Translator, ms: number): string => t.number(ms / 3_600_000, { maximumFractionDigits: 2 });

export interface OwnHours {
  readonly hours: Hours;
  readonly rows: readonly LedgerRow[];
  readonly page: Page;
}

/** The reader's own ledger: what was granted for which job, and what was taken back. */
export function hours(t: Translator, { hours: { granted, reversed, provisional, jobs }, rows, page }: OwnHours): View {
  const lines = rows.map(({ job, hunt, alias, ms, at }) => {
    const values = { time: duration(t, Math.abs(ms)), job, hunt, alias: plain(alias) };
    return `${ms < 0 ? '↩️' : '➕'} ${t(ms < 0 ? 'machine.hours.row.reversed' : 'machine.hours.row', values)} · ${ago(at)}`;
  });
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### ⏱️ ${t('machine.hours.title')}`),
        text(
          [
            jobs > 0 || provisional > 0 || lines.length > 0
              ? t('machine.hours.granted', { hours: hoursOf(t, granted), time: duration(t, granted), jobs })
              : t('machine.hours.none'),
            ...(provisional > 0 ? [`-# ${t('machine.hours.provisional', { time: duration(t, provisional) })}`] : []),
            ...(reversed < 0 ? [`-# ${t('machine.hours.reversed', { time: duration(t, -reversed) })}`] : []),
          ].join('\n'),
        ),
        ...(lines.length > 0 ? [line(), text(lines.join('\n'))] : []),
        ...pager(t, page, (target) => hoursPage.id({ page: target })),
      ]),
    ],
  };
}

export interface Board {
  readonly page: Page;
  readonly rows: readonly BoardRow[];
  readonly first: number;
  /** Whether the reader stands on it. */
  readonly listed: boolean;
}

export function board(t: Translator, { page, rows, first, listed }: Board): View {
  const lines = rows.map(({ lender, ms, found, confirmed }, index) => {
    const facts = t('machine.board.row', { hours: hoursOf(t, ms), found, confirmed });
    return `**${first + index}.** ${user(lender)} · ${facts}`;
  });
  const label = t(listed ? 'machine.board.hide' : 'machine.board.show');
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### 🏅 ${t('machine.board.title')}`),
        text(lines.join('\n') || t('machine.board.empty')),
        ...pager(t, page, (target) => boardPage.id({ page: target })),
        row(pressable(boardListed.id({ listed: !listed }), label)),
      ]),
    ],
  };
}
