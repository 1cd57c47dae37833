/**
 * Tells Discord what becomes of hunts and findings: one live message a hunt, one thread a finding, edited rather than
 * posted anew. Whatever it says is an effect in the transaction that notes that it was said, so a restart repeats nothing.
 */
import type { Languages, Place } from '../community/settings.js';
import type { EffectFile, MessageBody, MessageEdit } from '../platform/effects.js';
import type { Guild } from '../platform/guild.js';
import { once } from '../platform/once.js';
import type { SqliteFleet } from './engines/sqlite/fleet.js';
import type { Finding } from './finding.js';
import { type Hunt, type HuntActivity, SHOW_EVERY_MS } from './hunt.js';

/** New threads a day; what comes after them waits, and the hunts' own messages count it. */
export const MOST_THREADS = 20;
const DAY = 24 * 3_600_000;
/** The same finding and kind of post twice within this long is a loop. Milliseconds. */
const LOOP_MS = 3_600_000;
/** A hunt that machines work on is shown anew so often, even when no result came. Milliseconds. */
const WORKING_MS = 60_000;
/** Messages that are brought up to date at a time. */
const AT_ONCE = 20;

/** What the outbox calls back with. */
export const HUNT_POSTED = 'hunt.posted';
export const FINDING_POSTED = 'finding.posted';
/** The timer that keeps a fleet going when no machine calls. */
export const FLEET_TICK = 'fleet.tick';
const TICK_MS = 15_000;
/** Looked at so often, whether there is room for threads again. Milliseconds. */
const HELD_BACK_MS = 15 * 60_000;

/** Who did what for a finding, by lender. Those who do not want to be named are left out. */
export interface Credits {
  readonly found: readonly string[];
  readonly reproduced: readonly string[];
  readonly shrunk: readonly string[];
  readonly confirmed: readonly string[];
}

export interface HuntCard {
  readonly hunt: Hunt;
  readonly activity: HuntActivity;
  /** The best known ones first. */
  readonly findings: readonly Finding[];
  /** When each transition was first covered; for the picture of an ended hunt. */
  readonly curve: readonly number[];
  readonly languages: Languages;
  readonly guild: string;
  readonly now: number;
}

/** `broken`: nobody can test that ref. `alone`: what is said of it is one lender's word, as nobody else was there to try. */
export interface OnRef {
  readonly broken: boolean;
  readonly alone: boolean;
}

export interface FindingCard {
  readonly finding: Finding;
  readonly credits: Credits;
  readonly runs: { readonly runs: number; readonly hits: number; readonly machines: number };
  /** Runs on the ref that is said to have fixed it; or, where none is, on the one that somebody asked about last. */
  readonly retest: (OnRef & { readonly ref: string; readonly runs: number; readonly hits: number }) | undefined;
  readonly base: OnRef | undefined;
  readonly bisection: Bisected | undefined;
  /** The file that `flock replay` runs. */
  readonly reproducer: string;
  readonly languages: Languages;
  readonly guild: string;
}

export interface Bisected {
  readonly state: 'running' | 'found' | 'inconclusive';
  readonly firstBad: string | undefined;
  /** The newest ref before that one that passed. */
  readonly lastGood: string | undefined;
  readonly confidence: number | undefined;
  /** The refs that it names rest on one lender's word, or lenders disagree about them, and nobody else is there to ask. */
  readonly doubt: 'none' | 'alone' | 'disputed';
  readonly tested: number;
  readonly refs: number;
}

export interface Shown {
  readonly message: MessageBody & MessageEdit;
  readonly files: readonly EffectFile[];
}

/** The public posts about hunts and findings, in the server's languages. Pure: data in, a message out; see src/discord/views. */
export interface FleetPosts {
  hunt(card: HuntCard): Shown;
  finding(card: FindingCard): Shown;
  /** The name of the forum post, within Discord's limit. */
  findingName(finding: Finding): string;
  /** Thanks who found, reproduced, shrank and confirmed what is now fixed. */
  fixed(card: FindingCard): MessageBody;
  /** Tells a question that the finding which explains it is fixed. */
  explained(card: FindingCard): MessageBody;
  reopened(card: FindingCard): MessageBody;
}

export interface HeraldDeps {
  readonly now: () => number;
  readonly fleet: SqliteFleet;
  readonly settings: {
    readonly languages: () => Languages;
    readonly place: (name: Place) => { readonly id: string } | undefined;
  };
  readonly posts: FleetPosts;
}

export type Herald = ReturnType<typeof createHerald>;

export function createHerald(guild: Guild, { now, fleet, settings, posts }: HeraldDeps) {
  const { db, outbox, schedule } = guild;
  const { hunts, findings, showing } = fleet;
  const quiet = once(() => db.prepare<[], string>(`SELECT value FROM setting WHERE key = 'fleet.quiet'`).pluck());
  const setQuiet = once(() =>
    db.prepare<[string]>(
      `INSERT INTO setting VALUES ('fleet.quiet', ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
    ),
  );
  const isQuiet = (): boolean => quiet().get() === 'yes';

  function huntCard(hunt: Hunt, languages = settings.languages()): HuntCard {
    return {
      hunt,
      activity: hunts.activity(hunt.id),
      findings: findings.list({ hunt: hunt.id }, 5, 0),
      curve: hunt.state === 'running' ? [] : hunts.curve(hunt.id),
      languages,
      guild: guild.id,
      now: now(),
    };
  }

  function findingCard(finding: Finding, languages = settings.languages()): FindingCard {
    return { ...fleet.story(finding), languages, guild: guild.id };
  }

  /** What the tag of a finding says: what became of it, or how far it is believed. */
  const wordOf = ({ standing, status }: Finding): string => (status === 'open' ? standing : status);
  function tagsOf({ standing, status }: Finding): string[] {
    const place: Place | undefined =
      status !== 'open' ? `tag.${status}` : standing === 'seen' ? undefined : `tag.${standing}`;
    const tag = place && settings.place(place)?.id;
    return tag ? [tag] : [];
  }

  function showHunt(id: number): void {
    const hunt = hunts.get(id);
    const key = `hunt:${id}`;
    showing.huntShown(id);
    // Somebody deleted the message or its channel: one edit that failed is enough for /doctor.
    if (hunt.channel === undefined || hunt.message === undefined || outbox.hasParked(key)) return;
    const { message, files } = posts.hunt(huntCard(hunt));
    outbox.add({ kind: 'edit', channel: hunt.channel, message: hunt.message, edit: message, files }, { replaces: key });
  }

  function postFinding(id: number, forum: string): void {
    const finding = findings.get(id);
    const { message, files } = posts.finding(findingCard(finding));
    outbox.add(
      { kind: 'forum.post', forum, name: posts.findingName(finding), message, files, tags: tagsOf(finding) },
      { after: { name: FINDING_POSTED, arg: id } },
    );
    showing.note(id, 'thread');
    showing.findingShown(id, wordOf(finding));
    hunts.revise(finding.hunt);
  }

  /** Says something in a finding's thread, unless the same was said within the hour. */
  function say(finding: Finding, kind: 'fixed' | 'reopened', card: FindingCard): void {
    if (finding.thread === undefined || showing.notedSince(finding.id, kind, now() - LOOP_MS) > 0) return;
    outbox.add({ kind: 'post', channel: finding.thread, message: posts[kind](card) });
    // Whoever asked is told where they asked.
    if (kind === 'fixed' && finding.question !== undefined)
      outbox.add({ kind: 'post', channel: finding.question, message: posts.explained(card) });
    showing.note(finding.id, kind);
  }

  function showFinding(id: number): void {
    const finding = findings.get(id);
    const key = `finding:${id}`;
    if (finding.thread === undefined || finding.messageId === undefined || outbox.hasParked(key)) {
      showing.findingShown(id, wordOf(finding));
      return;
    }
    const card = findingCard(finding);
    const { message, files } = posts.finding(card);
    const { thread, messageId, status } = finding;
    outbox.add({ kind: 'edit', channel: thread, message: messageId, edit: message, files }, { replaces: key });
    const before = showing.told(id);
    const word = wordOf(finding);
    if (word !== before.told) outbox.add({ kind: 'thread.edit', thread, tags: tagsOf(finding) }, { replaces: key });
    if (status === 'fixed' && before.told !== 'fixed') say(finding, 'fixed', card);
    if (finding.reopened > before.reopened) say(finding, 'reopened', card);
    showing.findingShown(id, word);
  }

  const showDue = guild.transaction((): void => {
    const before = now() - SHOW_EVERY_MS;
    for (const id of showing.hunts(before, now() - WORKING_MS, AT_ONCE)) showHunt(id);
    for (const id of showing.findings(before, AT_ONCE)) showFinding(id);
    const forum = settings.place('channel.findings')?.id;
    if (forum === undefined) return;
    const room = MOST_THREADS - showing.notices('thread', now() - DAY);
    if (room > 0) for (const id of showing.fresh(Math.min(room, AT_ONCE))) postFinding(id, forum);
  });

  /** Whether there is anything to say now; asked often, so without a transaction. */
  function isDue(): boolean {
    const before = now() - SHOW_EVERY_MS;
    return (
      showing.hunts(before, now() - WORKING_MS, 1).length > 0 ||
      showing.findings(before, 1).length > 0 ||
      (showing.fresh(1).length > 0 && showing.notices('thread', now() - DAY) < MOST_THREADS)
    );
  }

  /** Whether findings wait for their threads, as there were enough of them today. */
  const isHeldBack = (): boolean => showing.fresh(1).length > 0 && settings.place('channel.findings') !== undefined;

  /** Sees to it that time passes for this fleet, across restarts too, as long as anything is going on. */
  function keepTicking(): void {
    const oldest = showing.oldest();
    const soon = oldest !== undefined || fleet.busy();
    if (!soon && !isHeldBack()) return;
    const due = Math.min(
      now() + (soon ? TICK_MS : HELD_BACK_MS),
      oldest === undefined ? Number.POSITIVE_INFINITY : oldest + SHOW_EVERY_MS,
    );
    const known = schedule.get(FLEET_TICK);
    if (known && known.due <= due) return;
    schedule.set({ key: FLEET_TICK, kind: FLEET_TICK, payload: null, due: Math.max(due, now() + 1000) });
  }

  return {
    isQuiet,
    /** The kill switch: while it is quiet, nothing is posted or edited; afterwards everything is brought up to date. */
    setQuiet: guild.transaction((on: boolean): void => {
      setQuiet().run(on ? 'yes' : 'no');
      keepTicking();
    }),

    /** A hunt as its live message shows it, for one reader. Refuses: hunt_unknown. */
    card: (id: number, languages: Languages): Shown => posts.hunt(huntCard(hunts.get(id), languages)),
    /** A finding as its thread shows it, for one reader. Refuses: finding_unknown. */
    findingCard: (id: number, languages: Languages): Shown => posts.finding(findingCard(findings.get(id), languages)),

    /** Posts a hunt's live message. In the transaction that starts the hunt. */
    started(hunt: Hunt, channel: string): void {
      const { message, files } = posts.hunt(huntCard(hunt));
      outbox.add({ kind: 'post', channel, message, files }, { after: { name: HUNT_POSTED, arg: hunt.id } });
      showing.huntShown(hunt.id);
      keepTicking();
    },

    /** Shows what is new and due. After results, and when time has passed; does nothing most of the time. */
    show(): void {
      if (!isQuiet() && isDue()) showDue();
      keepTicking();
    },

    /** The live message of a hunt stands. */
    huntPosted(id: number, channel: string, message: string): void {
      hunts.posted(id, channel, message);
      keepTicking();
    },
    /** The thread of a finding stands; its first message has the thread's own id. */
    findingPosted(id: number, thread: string): void {
      findings.posted(id, thread, thread);
      hunts.revise(findings.get(id).hunt);
      // What became known while Discord was away is to be told yet.
      keepTicking();
    },
  };
}
