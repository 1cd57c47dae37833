import { readFileSync } from 'node:fs';
import { type APIMessage, ChannelType, PermissionFlagsBits as P } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEEDED_PERMISSIONS } from '../../src/community/setup-plan.js';
import { createSqliteFleet, type SqliteFleet } from '../../src/fleet/engines/sqlite/fleet.js';
import { MOST_WAITING_SUITES } from '../../src/fleet/suite.js';
import type { TypedOptions } from '../../src/local-discord/actor.js';
import { setRole } from '../../src/local-discord/operations/members.js';
import { updateRole } from '../../src/local-discord/operations/roles.js';
import { systemClock } from '../../src/platform/clock.js';
import { shipped } from '../../src/platform/paths.js';
import { parseReproducer } from '../../src/woodpecker/reproducer.js';
import { openTown, type RunningBot } from '../support/bot.js';
import { lend } from '../support/fleet.js';
import { answered, opened, read, until } from '../support/until.js';

/** Real time, moved on between commands: nobody types as fast as this test, and live messages are edited every 15 s. */
let ahead = 0;
const clock = { ...systemClock, now: () => systemClock.now() + ahead };

let town: Awaited<ReturnType<typeof openTown>>;
let bot: RunningBot;

const owner = () => town.local.actor(town.owner.id);
/** A moderator, who approves what the owner adds. */
const ana = () => town.local.actor(town.ana.id);
/** Nobody special, who reads Chinese. */
const wei = () => town.local.actor(town.wei.id);
type Person = ReturnType<typeof owner>;

async function say(who: Person, command: string, options: TypedOptions = {}, where = town.general.id) {
  ahead += 16_000;
  return answered(who.command(where, command, options));
}
const told = async (...args: Parameters<typeof say>): Promise<string> => read(await say(...args));

async function suggested(who: Person, path: string, focused: string, options: TypedOptions): Promise<string[]> {
  ahead += 2_000;
  const answer = await who.autocomplete(town.general.id, path, focused, options).outcome;
  if (answer.kind !== 'autocomplete') throw new Error(`answered with ${answer.kind}`);
  return answer.choices.map(({ value }) => String(value));
}

/** Edits of one message are 15 s apart; afterwards what waited is shown. */
const caughtUp = () => say(owner(), 'hunt quiet', { quiet: false });

async function restart() {
  await bot.stop();
  bot = await town.startBot();
}

const channel = (name: string) =>
  owner()
    .channels(town.guild.id)
    .find((one) => one.name === name);
const inHunts = (): APIMessage[] => owner().messages(channel('hunts')?.id ?? '');
const threads = () => owner().threads(channel('findings')?.id ?? '');
const card = (thread: string) => owner().message({ channel_id: thread, id: thread });
const tagsOf = (thread: string): string[] => {
  const forum = channel('findings');
  const tags = forum?.type === ChannelType.GuildForum ? forum.available_tags : [];
  const applied = threads().find(({ id }) => id === thread)?.applied_tags ?? [];
  return tags.filter(({ id }) => applied.includes(id)).map(({ name }) => name);
};
const textFile = (message: APIMessage, name: string): string => {
  const file = message.attachments.find(({ filename }) => filename === name);
  if (!file) throw new Error(`no ${name}`);
  return Buffer.from(owner().download(file)).toString('utf8');
};

/** The fleet as machines see it, beside the bot's own view of the same file. */
function machines(): SqliteFleet {
  let ids = 0;
  return createSqliteFleet(bot.guilds.open(town.guild.id), {
    ...{ now: clock.now, newId: () => `m${++ids}`, random: () => 0.5, canaryOf: () => undefined },
    openShrinker: () => undefined,
  });
}

const LINES = ['create_volume name="a" -> volume#1', 'delete_volume volume#1'];

/** A finding of hunt 1, as a lent machine would have reported it and repeated it. */
function findSomething(n: number): void {
  const fleet = machines();
  const digest = fleet.hunts.get(1).digest;
  const failure = { kind: 'state', action: 'delete_volume', states: { volume: 'free' }, at: 1 } as const;
  const words = { message: 'volume#1 is still there @everyone', masked: 'volume is still there' };
  const { finding } = fleet.findings.see({
    ...{ suite: 'cloud', digest, ref: undefined, baseRef: undefined, hunt: 1, bugs: [], seed: 1, trace: LINES },
    failure: { ...failure, ...words, signature: n.toString(16).padStart(16, '0') },
    ...{ machine: 'm', lender: town.wei.id },
  });
  fleet.findings.believed(finding, 'suspected', 1);
}

beforeAll(async () => {
  town = await openTown({ clock, rateLimits: 'off', http: true });
  const needed = NEEDED_PERMISSIONS.reduce((sum, name) => sum | P[name], 0n);
  updateRole(town.local.world, town.owner.id, town.guild.id, town.botRole.id, { permissions: String(needed) });
  bot = await town.startBot();
  await answered(owner().press(await say(owner(), 'setup', { language: 'en-US' }), 'Apply'));
  await until(owner(), () => channel('findings'));
  const moderator = await until(owner(), () =>
    owner()
      .guilds()
      .flatMap(({ roles }) => roles)
      .find(({ name }) => name === 'Moderator'),
  );
  setRole(town.local.world, town.owner.id, town.guild.id, town.ana.id, moderator.id, true);
  await until(owner(), () => 'seen');
});
afterAll(async () => {
  await town?.close();
});

describe('suites', () => {
  it('are refused with the line and the column of everything that is wrong', async () => {
    const data = Buffer.from('suite: broken\nactions:\n  stop:\n    takes: { vm: running }\n');
    const answer = await told(owner(), 'suite add', { file: { name: 'suite.yaml', data } });
    expect(answer).toMatch(/problems? in suite\.yaml/);
    expect(answer).toMatch(/\d+:\d+ /);
    const nothing = { name: 'notes.txt', data: Buffer.from('hello') };
    expect(await told(owner(), 'suite add', { file: nothing })).toContain('no suite');
    expect(await told(owner(), 'suite add')).toContain('attach a file');
  });

  it('wait for approval a few at a time for each member, who may take them back', async () => {
    const text = readFileSync(shipped('suites', 'example', 'suite.yaml'), 'utf8');
    const add = (n: number) =>
      told(wei(), '测试套件 添加', {
        文件: { name: 'suite.yaml', data: Buffer.from(text.replace('suite: example', `suite: example_${n + 2}`)) },
      });
    for (let n = 0; n < MOST_WAITING_SUITES; n++) expect(await add(n)).toContain('example');
    expect(await add(-1)).toContain(`已有 ${MOST_WAITING_SUITES} 个测试套件在等待批准`);
    const mine = await suggested(wei(), '测试套件 停用', '套件', { 套件: 'example' });
    expect(mine).toHaveLength(MOST_WAITING_SUITES);
    for (const 套件 of mine) expect(await told(wei(), '测试套件 停用', { 套件 })).toContain('example');
    expect(await told(wei(), '测试套件 列表')).not.toContain('example');
  });

  it('are added, and approved by somebody else, pinned to their digest', async () => {
    const data = readFileSync(shipped('suites', 'example', 'suite.yaml'));
    expect(await told(owner(), 'suite add', { file: { name: 'suite.yaml', data } })).toContain('is added');
    expect(await told(owner(), 'suite add', { shipped: 'cloud' })).toContain('cloud is added');
    const [example] = await suggested(owner(), 'suite approve', 'suite', { suite: 'example' });
    const [cloud] = await suggested(owner(), 'suite approve', 'suite', { suite: 'cloud' });
    const shownTo = await say(ana(), 'suite show', { suite: example ?? '' });
    expect(textFile(shownTo, shownTo.attachments[0]?.filename ?? '')).toMatch(/===== suite\.yaml[\s\S]*suite: example/);
    expect(await told(owner(), 'suite approve', { suite: cloud ?? '' })).toContain('Somebody else');
    expect(await told(wei(), '测试套件 批准', { 套件: cloud ?? '' })).toContain('版主');
    expect(await told(owner(), 'hunt start', { suite: 'cloud' })).toContain('waits for approval');
    expect(await told(owner(), 'hunt start', { suite: 'nimbus' })).toContain('no such suite');
    for (const suite of [example, cloud])
      expect(await told(ana(), 'suite approve', { suite: suite ?? '' })).toContain('✅');
    expect(await told(wei(), '测试套件 列表')).toContain('cloud');
    expect(await told(wei(), '测试套件 查看', { 套件: cloud ?? '' })).toContain('create_vm');
    // Names are understood where nothing was picked from the suggestions.
    expect(await told(wei(), '测试套件 查看', { 套件: 'cloud' })).toContain('create_vm');
    expect(await told(wei(), '测试套件 停用', { 套件: 'example' })).toContain('版主');
    expect(await told(ana(), 'suite retire', { suite: 'example' })).toContain('retired');
    expect(await told(owner(), 'suite add', { file: { name: 'suite.yaml', data } })).toContain('was retired');
    expect(await suggested(owner(), 'hunt start', 'suite', { suite: '' })).toEqual([cloud]);
  });
});

describe('machines', () => {
  it('are shown to others by their name alone, and explained to their lender', async () => {
    const offer = await told(wei(), '机器 出借', { 名字: 'owl' });
    expect(offer).toMatch(/npx flock worker enroll http:\/\/127\.0\.0\.1:\d+ [0-9A-Z]+(-[0-9A-Z]{4}){4}/);
    expect(await told(wei(), '机器 出借', { 名字: 'No Spaces!' })).toContain('只能包含');
    expect(await told(wei(), '机器 出借', { 名字: 'ours', 社区: true })).toContain('管理');
    lend(machines(), town.wei.id, 'jay');
    expect(await told(ana(), 'machine list')).toContain('jay');
    expect(await told(ana(), 'machine show', { name: 'jay' })).not.toContain('4,096 MiB');
    expect(await told(wei(), '机器 查看', { 名字: 'jay' })).toContain('MiB');
  });

  it('are switched by their lender alone, held by staff, and released again', async () => {
    expect(await told(ana(), 'machine pause', { name: 'jay' })).toContain('not a machine of yours');
    expect(await told(wei(), '机器 暂停', { 名字: 'jay' })).toContain('不再接受');
    expect(await told(wei(), '机器 恢复', { 名字: 'jay' })).toContain('重新接受');
    const why = { name: 'jay', reason: 'its disk is **full**' };
    expect(await told(owner(), 'machine quarantine', why)).toContain('no jobs');
    expect(await told(wei(), '机器 恢复', { 名字: 'jay' })).toContain('隔离');
    const held = await say(wei(), '机器 查看', { 名字: 'jay' });
    expect(read(held)).toMatch(/隔离原因.*its disk is \\\\\*/);
    const modal = await opened(wei().press(held, '申诉'));
    ahead += 2_000;
    expect(read(await answered(wei().submit(modal, { words: '磁盘已换' })))).toContain('可以用');
    await until(owner(), () => inHunts().find((one) => read(one).includes('The lender of `jay` asks')));
    expect(await told(owner(), 'machine show', { name: 'jay' })).toContain('磁盘已换');
    expect(await told(ana(), 'machine show', { name: 'jay' })).not.toContain('磁盘已换');
    expect(await told(wei(), '机器 查看', { 名字: 'jay' })).not.toContain('"label":"申诉"');
    expect(await told(owner(), 'machine release', { name: 'jay' })).toContain('works again');
    expect(await told(owner(), 'machine release', { name: 'jay' })).toContain('not in quarantine');
    expect(await told(wei(), '机器 机时')).toContain('还没有');
    expect(await told(wei(), '机器 收回', { 名字: 'jay' })).toContain('谢谢');
    expect(await told(ana(), 'machine show', { name: 'jay' })).toContain('no machine called jay');
    const [gone] = bot.guilds.open(town.guild.id).db.prepare('SELECT alias FROM machine').pluck().all() as string[];
    expect(await told(owner(), 'machine quarantine', { name: gone ?? '' })).toContain('no machine called');
  });
});

describe('patterns', () => {
  it('are put together from the suite’s legal next actions, across a restart', async () => {
    const given = { suite: 'cloud', name: 'come-and-go' };
    expect(
      await suggested(wei(), '行为模式 提议', '步骤', { 套件: 'cloud', 名字: given.name, 步骤: '' }),
    ).not.toContain(LINES[1]);
    const [step] = await suggested(ana(), 'pattern propose', 'step', { ...given, step: 'create_volume' });
    expect(step).toBe(LINES[0]);
    await say(ana(), 'pattern propose', { ...given, step: step ?? '' });
    await restart();
    const next = await suggested(ana(), 'pattern propose', 'step', { ...given, step: 'delete_volume' });
    expect(next).toContain(LINES[1]);
    const draft = await say(ana(), 'pattern propose', { ...given, step: LINES[1] ?? '' });
    expect(read(draft)).toContain('delete_volume volume#1');
    ahead += 2_000;
    expect(read(await answered(ana().press(draft, 'Propose')))).toContain('is proposed');
    expect(await told(ana(), 'pattern approve', { pattern: given.name })).toContain('Somebody else');
    expect(await told(owner(), 'pattern approve', { pattern: given.name })).toContain('may be run');
    expect(await told(wei(), '行为模式 列表')).toContain('come-and-go');
  });

  it('may be pasted, and are told where they do not fit', async () => {
    ahead += 2_000;
    const modal = await opened(wei().command(town.general.id, '行为模式 提议', { 套件: 'cloud', 名字: 'pasted' }));
    ahead += 2_000;
    const wrong = await answered(wei().submit(modal, { steps: 'delete_volume volume#1' }));
    expect(read(wrong)).toContain('第 1 步');
    ahead += 2_000;
    // What was pasted is kept, to be corrected.
    const again = await opened(wei().command(town.general.id, '行为模式 提议', { 套件: 'cloud', 名字: 'pasted' }));
    expect(JSON.stringify(again.data)).toContain('delete_volume volume#1');
    ahead += 2_000;
    wei().dismiss(again);
    const right = await say(wei(), '行为模式 提议', { 套件: 'cloud', 名字: 'pasted', 步骤: LINES[0] ?? '' });
    expect(read(right)).not.toContain('第 1 步');
    ahead += 2_000;
    expect(read(await answered(wei().press(right, '丢弃')))).toContain('草稿已丢弃');
  });
});

describe('a hunt', () => {
  it('is started by moderators, with one live message', async () => {
    expect(await told(wei(), '捉虫 发起', { 套件: 'cloud' })).toContain('版主');
    expect(await told(ana(), 'hunt start', { suite: 'cloud', bugs: 'w8' })).toContain('no planted bug called w8');
    expect(await told(ana(), 'hunt start', { suite: 'cloud', ref: 'a b' })).toContain('without spaces');
    expect(await suggested(ana(), 'hunt start', 'bugs', { suite: 'cloud', bugs: 'w7' })).toEqual(['w7']);
    const many = `${'stale_image, '.repeat(7)}w`;
    expect(await suggested(ana(), 'hunt start', 'bugs', { suite: 'cloud', bugs: many })).toContain(`${many}7`);
    const tooMany = `${'stale_image, '.repeat(12)}w`;
    expect(await suggested(ana(), 'hunt start', 'bugs', { suite: 'cloud', bugs: tooMany })).toEqual([]);
    expect(await told(ana(), 'hunt start', { suite: 'cloud', minutes: 10, ref: 'main' })).toContain('Hunt #1 runs');
    const live = await until(owner(), () => inHunts().find((one) => read(one).includes('Hunt #1')));
    expect(read(live)).toContain('no machine is at work');
    expect(await told(wei(), '捉虫 状态', { 捉虫: 1 })).toContain('没有机器在工作');
    expect(await told(wei(), '捉虫 列表')).toContain('#1 cloud');
  });

  it('runs a pattern of members, too', async () => {
    expect(await told(ana(), 'pattern run', { suite: 'cloud', pattern: 'come-and-go', runs: 5 })).toContain('#2 runs');
    await until(owner(), () => inHunts().find((one) => read(one).includes('Hunt #2')));
    expect(machines().hunts.get(2)).toMatchObject({ strategy: 'pattern', trace: LINES, budgetSteps: 10 });
    expect(await told(wei(), '捉虫 停止', { 捉虫: 2 })).toContain('版主');
    expect(await told(owner(), 'hunt stop', { hunt: 2 })).toContain('stopped');
    await until(owner(), () =>
      inHunts().some((one) => one.attachments.some(({ filename }) => filename === 'hunt-2.png')),
    );
    expect(textFile(await say(wei(), '捉虫 报告', { 捉虫: 2 }), 'hunt-2.md')).toContain('cloud sha256:');
  });
});

describe('a finding', () => {
  it('is posted once, with its reproducer, and mentions nobody', async () => {
    findSomething(1);
    expect(await told(owner(), 'hunt quiet', { quiet: true })).toContain('until you switch this off');
    await told(ana(), 'finding claim', { finding: 1 });
    expect(threads()).toEqual([]);
    expect(await told(owner(), 'hunt quiet', { quiet: false })).toContain('shown again');
    await told(ana(), 'finding claim', { finding: 1 });
    const thread = await until(owner(), () => threads()[0]);
    expect(tagsOf(thread.id)).toEqual(['Suspected']);
    expect(card(thread.id).mention_everyone).toBe(false);
    const reproducer = parseReproducer(textFile(card(thread.id), 'finding-1.yaml'));
    expect(reproducer).toMatchObject({ suite: 'cloud', failure: { action: 'delete_volume' } });
    expect(reproducer.steps).toHaveLength(2);
  });

  it('is claimed by a button, exported, listed and shown', async () => {
    const [thread] = threads();
    const at = { channel_id: thread?.id ?? '', id: thread?.id ?? '' };
    ahead += 2_000;
    expect(read(await answered(wei().press(at, 'finding.claim:1:1')))).toContain('由你处理');
    await caughtUp();
    await until(owner(), () => read(card(at.id)).includes('is working on it'));
    const files = await say(wei(), '缺陷 导出', {}, at.id);
    expect(files.attachments.map(({ filename }) => filename)).toEqual(['finding-1.yaml', 'finding-1.log']);
    expect(await told(wei(), '缺陷 列表', { 可信度: 'suspected' })).toContain('缺陷（1）');
    expect(await told(wei(), '缺陷 列表', { 结果: 'fixed' })).toContain('没有');
    expect(await told(wei(), '缺陷 查看', { 缺陷: 1 })).toContain('疑似');
    expect(await told(wei(), '缺陷 查看')).toContain('请指明');
  });

  it('is fixed with thanks, reopened, no bug, and a duplicate; its tag and its thread say so', async () => {
    const [thread] = threads();
    const id = thread?.id ?? '';
    const tagged = async (name: string) => {
      await caughtUp();
      await until(owner(), () => tagsOf(id).join() === name);
    };
    expect(await told(wei(), '缺陷 修复于', { 版本: 'v2', 缺陷: 1 })).toContain('版主');
    expect(await told(ana(), 'finding fixed-in', { ref: 'v2' }, id)).toContain('fixed in');
    await tagged('Fixed');
    const thanks = await until(owner(), () =>
      owner()
        .messages(id)
        .find(({ content }) => content.includes('Thank you')),
    );
    expect(thanks.mentions.map((one) => one.id)).toEqual([town.wei.id]);
    expect(machines().suites.pattern('cloud', 'finding-1')?.finding).toBe(1);
    expect(await told(ana(), 'finding reopen', {}, id)).toContain('open again');
    await tagged('Suspected');
    expect(await told(ana(), 'finding not-a-bug', { reason: 'as designed' }, id)).toContain('not a bug');
    await tagged('Not a bug');
    findSomething(2);
    expect(await told(ana(), 'finding duplicate', { of: 1, finding: 2 })).toContain('duplicate of #1');
    await caughtUp();
    await until(owner(), () => read(card(id)).includes('as designed'));
  });

  it('is bisected over a list of refs, and that can be undone', async () => {
    const [thread] = threads();
    const id = thread?.id ?? '';
    await say(ana(), 'finding reopen', { finding: 1 });
    const refs = { good: 'v1', between: 'a1 b2, c3', bad: 'v2' };
    expect(await told(ana(), 'finding bisect', refs, id)).toContain('among 5 versions');
    await caughtUp();
    await until(owner(), () => read(card(id)).includes('bisecting: 0 of 5'));
    expect(machines().jobs.ofFinding(1, 'bisect').length).toBeGreaterThan(1);
    expect(await told(ana(), 'finding bisect', { undo: true }, id)).toContain('taken back');
    await caughtUp();
    await until(owner(), () => !read(card(id)).includes('bisecting'));
    expect(await told(ana(), 'finding bisect', { good: 'v1' }, id)).toContain('at least two');
    expect(await told(ana(), 'finding retest', { ref: 'v3' }, id)).toContain('v3');
    expect(await told(ana(), 'finding reproduce', { machines: 3 }, id)).toContain('3');
  });
});

describe('a question that looks like a bug', () => {
  it('is linked to a finding, or becomes a hunt', async () => {
    ahead += 2_000;
    const asking = await opened(wei().command(town.general.id, '提问'));
    await answered(wei().submit(asking, { title: '删不掉云盘', body: '一直在', version: '' }));
    const thread = await until(owner(), () => owner().threads(town.questions.id)[0]);
    const target = { channel_id: thread.id, id: thread.id };
    ahead += 2_000;
    let offer = await answered(ana().messageMenu(target, 'This looks like a bug'));
    // What Discord made is seen before the bot has noted it.
    for (let tries = 0; tries < 50 && selectIn(offer) === ''; tries += 1) {
      ahead += 2_000;
      offer = await answered(ana().messageMenu(target, 'This looks like a bug'));
    }
    ahead += 2_000;
    const linked = await answered(ana().select(offer, selectIn(offer), ['1']));
    expect(read(linked)).toContain('linked to finding #1');
    await until(owner(), () =>
      owner()
        .messages(thread.id)
        .find(({ content }) => content.includes('known as finding #1')),
    );
    const modal = await opened(ana().press(offer, 'Hunt for it'));
    ahead += 2_000;
    const digest = machines().hunts.get(1).digest;
    const hunted = await answered(ana().submit(modal, { suite: [digest], ref: 'main', minutes: '5' }));
    expect(read(hunted)).toContain('Hunt #3 runs');
    expect(machines().hunts.get(3)).toMatchObject({ question: thread.id, budgetMinutes: 5 });
    const elsewhere = ana().say(town.general.id, 'not a question');
    ahead += 2_000;
    expect(read(await answered(ana().messageMenu(elsewhere, 'This looks like a bug')))).toContain('not a question');
  });

  it('has broken none of Discord’s rules on the way', () => {
    expect(town.local.violations).toEqual([]);
    expect(town.logged.filter((line) => /"level":(50|60|"error")/.test(line))).toEqual([]);
  });
});

/** The custom id of the select in a message. */
function selectIn(message: APIMessage): string {
  return /"custom_id":"(bug\.link[^"]+)"/.exec(JSON.stringify(message.components))?.[1] ?? '';
}
