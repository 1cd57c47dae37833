import {
  type APIGuildForumChannel,
  type APIMessage,
  type APIThreadChannel,
  ChannelType,
  MessageFlags,
  PermissionFlagsBits as P,
} from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEEDED_PERMISSIONS } from '../../src/community/setup-plan.js';
import type { ModalFields } from '../../src/local-discord/actor.js';
import { deleteChannel } from '../../src/local-discord/operations/channels.js';
import { setRole } from '../../src/local-discord/operations/members.js';
import { updateRole } from '../../src/local-discord/operations/roles.js';
import { deleteThread, updateThread } from '../../src/local-discord/operations/threads.js';
import { systemClock } from '../../src/platform/clock.js';
import { openTown, type RunningBot } from '../support/bot.js';
import { answered, opened, read, until } from '../support/until.js';

/** Real time, which the test can move on while the bot is down. */
let ahead = 0;
const clock = { ...systemClock, now: () => systemClock.now() + ahead };

let town: Awaited<ReturnType<typeof openTown>>;
let bot: RunningBot;

beforeAll(async () => {
  town = await openTown({ clock, rateLimits: 'off' });
  bot = await town.startBot();
});
afterAll(async () => {
  await town?.close();
});

const owner = () => town.local.actor(town.owner.id);
/** A newcomer who reads Chinese. */
const wei = () => town.local.actor(town.wei.id);
/** Reads English; made a helper. */
const ana = () => town.local.actor(town.ana.id);

async function restart() {
  await bot.stop();
  bot = await town.startBot();
}

const forum = (): APIGuildForumChannel => {
  const found = owner()
    .channels(town.guild.id)
    .find((channel) => channel.type === ChannelType.GuildForum && channel.id === town.questions.id);
  if (found?.type !== ChannelType.GuildForum) throw new Error('no forum');
  return found;
};
const tag = (name: string): string => forum().available_tags.find((one) => one.name.includes(name))?.id ?? 'missing';
const threadOf = (title: string): APIThreadChannel | undefined =>
  owner()
    .threads(town.questions.id)
    .find(({ name }) => name === title);
const posted = (title: string): Promise<APIThreadChannel> => until(owner(), () => threadOf(title));
const tagsOf = (title: string): readonly string[] => threadOf(title)?.applied_tags ?? [];
const card = (thread: string) => read(owner().message({ channel_id: thread, id: thread }));

const isPrivate = ({ flags }: APIMessage): boolean => ((flags ?? 0) & MessageFlags.Ephemeral) !== 0;
const roleNamed = (name: string) =>
  owner()
    .guilds()
    .flatMap(({ roles }) => roles)
    .find((role) => role.name === name);

async function ask(fields: ModalFields, who = wei()) {
  // Nobody types as fast as this test; the bot would ask for patience.
  ahead += 10_000;
  const modal = await opened(who.command(town.general.id, 'ask'));
  return answered(who.submit(modal, { title: '', body: '见标题', version: '', ...fields }));
}

describe('a question, from the setup to the answer', () => {
  it('is set up by staff: the plan says what is missing, then makes and adopts', async () => {
    const refused = await answered(owner().command(town.general.id, 'setup', { language: 'both' }));
    expect(read(refused)).toContain('Manage Roles');
    expect(read(await answered(wei().command(town.general.id, 'ask')))).toContain('/建立');

    const needed = NEEDED_PERMISSIONS.reduce((sum, name) => sum | P[name], 0n);
    updateRole(town.local.world, town.owner.id, town.guild.id, town.botRole.id, { permissions: String(needed) });
    const plan = await until(owner(), () => 'granted').then(() =>
      answered(owner().command(town.general.id, 'setup', { language: 'both' })),
    );
    expect(read(plan)).toContain(`will be adopted: <#${town.questions.id}>`);
    expect(read(plan)).toContain('will be made: 答疑者 Helper');
    const applied = await answered(owner().press(plan, 'Apply'));
    expect(read(applied)).toContain('Under way');

    await until(owner(), () => forum().available_tags.length === 4);
    expect(forum().available_tags.map(({ name }) => name)).toEqual([
      'network',
      '待解答 Open',
      '已解答 Answered',
      '已关闭 Closed',
    ]);
    const moderator = await until(owner(), () => roleNamed('版主 Moderator'));
    const helper = await until(owner(), () => roleNamed('答疑者 Helper'));
    setRole(town.local.world, town.owner.id, town.guild.id, town.ana.id, helper.id, true);
    expect(moderator.permissions).toBe(String(P.ManageMessages | P.ManageThreads));
    // What Discord made is seen before the bot has noted it.
    let checked = applied;
    for (let tries = 0; tries < 50 && !read(checked).includes('Everything is in place'); tries += 1) {
      checked = await answered(owner().press(checked, 'Check again'));
    }
    expect(read(checked)).toContain('Everything is in place');
  });

  it('is asked in Chinese with a log file, and posted in the server’s languages', async () => {
    const modal = await opened(wei().command(town.general.id, '提问'));
    expect(modal.data.title).toBe('提问');
    const log = { name: 'management-server.log', data: Buffer.from('ERROR: 超时'), contentType: 'text/plain' };
    const answer = await answered(
      wei().submit(modal, {
        title: '云主机无法启动 @everyone',
        body: '创建之后一直是 **Unknown** 状态',
        version: '4.0.1',
        subject: [tag('network')],
        file: [log],
      }),
    );
    expect(read(answer)).toContain('你的问题 #1 已发到');

    const thread = await posted('云主机无法启动 @everyone');
    expect(thread.applied_tags).toEqual([tag('待解答'), tag('network')]);
    const first = wei().message({ channel_id: thread.id, id: thread.id });
    expect(read(first)).toContain('待解答 · Open');
    expect(read(first)).toContain(`<@${town.wei.id}>`);
    expect(first.mention_everyone).toBe(false);
    expect(first.mentions.map(({ id }) => id)).toEqual([town.wei.id]);
    const [attachment] = first.attachments;
    expect(attachment?.filename).toBe('management-server.log');
    if (attachment) expect(Buffer.from(wei().download(attachment)).toString()).toBe('ERROR: 超时');
  });

  it('is answered, accepted after a restart, undone and accepted again', async () => {
    const title = '云主机无法启动 @everyone';
    const { id: thread } = await posted(title);
    const reply = ana().say(thread, 'Restart libvirtd on the host.');
    await restart();

    const own = await answered(ana().messageMenu(reply, 'Accept answer'));
    expect(read(own)).toContain('cannot accept a reply of your own');
    const accepted = await answered(wei().messageMenu(reply, '采纳回答'));
    expect(read(accepted)).toContain(`已采纳 <@${town.ana.id}> 的回答`);
    const note = await until(wei(), () =>
      wei()
        .messages(thread)
        .find((message) => !isPrivate(message) && message.message_reference?.message_id === reply.id),
    );
    expect(note.mentions.map(({ id }) => id)).toEqual([town.ana.id]);
    await until(owner(), () => tagsOf(title).includes(tag('已解答')) && card(thread).includes(reply.id));
    expect(wei().message({ channel_id: thread, id: thread }).attachments).toHaveLength(1);

    expect(read(await answered(wei().press(accepted, '撤销')))).toContain('已撤销');
    await until(owner(), () => tagsOf(title).includes(tag('待解答')));
    await until(
      owner(),
      () =>
        !wei()
          .messages(thread)
          .some(({ id }) => id === note.id),
    );
    expect(read(await answered(owner().messageMenu(reply, 'Accept answer')))).toContain('Accepted');
    await until(owner(), () => tagsOf(title).includes(tag('已解答')));
    expect(read(await answered(wei().messageMenu(reply, '采纳回答')))).toContain('已经采纳过了');
  });

  it('is closed with a reason, archived, and opened again', async () => {
    const title = '云主机无法启动 @everyone';
    const { id: thread } = await posted(title);
    expect(read(await answered(ana().command(thread, 'question close', { reason: 'solved' })))).toContain('closed');
    await until(owner(), () => threadOf(title)?.thread_metadata?.archived && tagsOf(title).includes(tag('已关闭')));
    expect(wei().messages(thread).at(-1)?.content).toContain('问题已解决');

    expect(read(await answered(wei().command(thread, '问题 重新打开')))).toContain('已重新打开');
    await until(owner(), () => !threadOf(title)?.thread_metadata?.archived && tagsOf(title).includes(tag('已解答')));
  });
});

describe('a question that looks like an earlier one', () => {
  it('is shown the earlier one first, to the asker alone, and posted once by two presses', async () => {
    const similar = await ask({ title: '云主机无法启动怎么办？' });
    expect(read(similar)).toContain('这些问题和你的很像');
    expect(isPrivate(similar)).toBe(true);
    expect(threadOf('云主机无法启动怎么办？')).toBeUndefined();

    const presses = [wei().press(similar, '仍然发布'), wei().press(similar, '仍然发布')];
    for (const press of presses) expect(read(await answered(press))).toContain('你的问题 #2');
    await posted('云主机无法启动怎么办？');
    expect(
      owner()
        .threads(town.questions.id)
        .filter(({ name }) => name === '云主机无法启动怎么办？'),
    ).toHaveLength(1);
  });

  it('can be edited before it is posted', async () => {
    const similar = await ask({ title: '云主机启动很慢', version: '5.0' });
    const modal = await opened(wei().press(similar, '修改'));
    expect(JSON.stringify(modal.data)).toContain('云主机启动很慢');
    const answer = await answered(wei().submit(modal, { title: 'Ceph RBD 卷扩容', body: '报错', version: '5.0' }));
    expect(read(answer)).toContain('你的问题 #3');
    await posted('Ceph RBD 卷扩容');
  });
});

describe('a question under difficult circumstances', () => {
  it('survives a restart between the modal and the post', async () => {
    const modal = await opened(wei().command(town.general.id, 'ask'));
    await restart();
    const answer = await answered(wei().submit(modal, { title: 'VXLAN 不通', body: '两台物理机之间' }));
    expect(read(answer)).toContain('你的问题 #4');
    await posted('VXLAN 不通');
  });

  it('keeps what was written when the log is of the wrong kind', async () => {
    const file = [{ name: 'tool.exe', data: Buffer.from('MZ') }];
    const problem = await ask({ title: '镜像上传失败', file });
    expect(read(problem)).toContain('看起来不是日志');
    expect(read(await answered(wei().press(problem, '不带文件发布')))).toContain('你的问题 #5');
    await posted('镜像上传失败');
  });

  it('takes a title of a hundred emoji', async () => {
    const title = '🐦'.repeat(100);
    const answer = await ask({ title });
    expect(read(answer)).toContain('你的问题 #6');
    const thread = await until(owner(), () =>
      owner()
        .threads(town.questions.id)
        .find(({ name }) => name.startsWith('🐦')),
    );
    expect(card(thread.id)).toContain(title);
  });

  it('is a question too when a person makes the post by hand, once, even while the bot is away', async () => {
    await bot.stop();
    const { thread, message } = ana().post(town.questions.id, {
      title: 'How do I resize a volume?',
      content: 'Thanks!',
    });
    bot = await town.startBot();
    await until(owner(), () => tagsOf(thread.name).includes(tag('待解答')));
    const cards = () =>
      ana()
        .messages(thread.id)
        .filter(({ author, id }) => author.bot && id !== message.id);
    await until(ana(), () => cards().length > 0);
    await restart();
    const reply = wei().say(thread.id, '用 zstack-cli 试试');
    expect(read(await answered(ana().messageMenu(reply, 'Accept answer')))).toContain('Accepted');
    await until(owner(), () => tagsOf(thread.name).includes(tag('已解答')));
    await until(ana(), () => read(cards()[0] ?? message).includes(reply.id));
    expect(cards().filter((one) => read(one).includes('#7'))).toHaveLength(1);
  });

  it('is accepted though its post was archived and locked by hand, and undone though the reply is gone', async () => {
    const { id: thread } = await posted('VXLAN 不通');
    const reply = ana().say(thread, 'Check the MTU.');
    updateThread(town.local.world, town.owner.id, thread, { archived: true, locked: true });
    await answered(wei().messageMenu(reply, '采纳回答'));
    await until(owner(), () => tagsOf('VXLAN 不通').includes(tag('已解答')));
    const note = await until(wei(), () =>
      wei()
        .messages(thread)
        .find((message) => !isPrivate(message) && message.message_reference?.message_id === reply.id),
    );
    ana().erase(reply);
    expect(read(await answered(ana().press(note, '撤销 · Undo')))).toContain('has decided');
    expect(read(await answered(wei().press(note, '撤销 · Undo')))).toContain('已撤销');
    await until(owner(), () => tagsOf('VXLAN 不通').includes(tag('待解答')));
  });

  it('is gone from the list when its post is deleted by hand', async () => {
    const { id: thread } = await posted('镜像上传失败');
    deleteThread(town.local.world, town.owner.id, thread);
    let list = await answered(wei().command(town.general.id, 'question list'));
    for (let tries = 0; tries < 50 && read(list).includes('镜像上传失败'); tries += 1) {
      list = await answered(wei().command(town.general.id, 'question list'));
    }
    expect(read(list)).not.toContain('镜像上传失败');
  });

  it('is not found in a thread that is no question', async () => {
    const reply = ana().say(town.general.id, 'hello');
    expect(read(await answered(wei().messageMenu(reply, '采纳回答')))).toContain('这里不是问题');
  });
});

describe('the list of questions', () => {
  it('shows open ones, oldest first, and pages by buttons, also after a restart', async () => {
    for (const name of ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛'])
      await ask({ title: `${name}${name}${name}`, body: name });
    await posted('辛辛辛');
    const first = await answered(wei().command(town.general.id, '问题 列表', { 我的: true }));
    expect(read(first)).toContain('第 1 页，共 2 页');
    expect(read(first)).toMatch(/云主机无法启动怎么办.*Ceph RBD/s);
    await restart();

    const second = await answered(wei().press(first, '下一页'));
    expect(read(second)).toContain('辛辛辛');
    expect(read(second)).not.toContain('Ceph RBD');
    expect(read(await answered(wei().press(second, '上一页')))).toContain('Ceph RBD');
    const found = await answered(ana().command(town.general.id, 'question list', { words: '扩容 ceph' }));
    expect(read(found)).toContain('Ceph RBD');
    expect(read(found)).toContain('1 question');
  });
});

describe('a question that nobody answers', () => {
  it('is raised once after a day, to helpers', async () => {
    const thread = await posted('VXLAN 不通');
    await bot.stop();
    ahead += 25 * 3_600_000;
    bot = await town.startBot();
    const raised = () =>
      wei()
        .messages(thread.id)
        .filter(({ content }) => content.includes('等了一天'));
    const [told] = await until(wei(), () => raised().length > 0 && raised());
    expect(told?.mention_roles).toHaveLength(1);
    await restart();
    expect(raised()).toHaveLength(1);
  });
});

describe('when the forum is deleted', () => {
  it('asking says so, and /setup makes another', async () => {
    deleteChannel(town.local.world, town.owner.id, town.questions.id);
    const refused = await until(wei(), () => 'deleted').then(() => answered(wei().command(town.general.id, 'ask')));
    expect(read(refused)).toContain('/建立');
    expect(read(await answered(wei().command(town.general.id, 'question list')))).toContain('所有问题都已解答');

    const plan = await answered(owner().command(town.general.id, 'setup'));
    await answered(owner().press(plan, 'Apply'));
    await until(owner(), () =>
      owner()
        .channels(town.guild.id)
        .some(({ type, name }) => type === ChannelType.GuildForum && name === '问题-questions'),
    );
  });

  it('has broken none of Discord’s rules on the way', () => {
    expect(town.local.violations).toEqual([]);
    expect(town.logged.filter((line) => /"level":(50|60|"error")/.test(line))).toEqual([]);
  });
});
