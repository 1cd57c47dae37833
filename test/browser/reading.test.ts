import { Locale } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.js';
import { channels, composer, log, message, useStage, words } from './stage.js';

describeInBrowser('reading and writing on the page', () => {
  const stage = useStage();
  const open = (name: 'olga' | 'max' | 'ana' | 'hana' | 'wei', channel = stage.hall.general) =>
    stage.screen.open(stage.hall.address(name, channel));

  it('shows what others write, change and delete, at once', async () => {
    const page = await open('ana');
    const hana = stage.hall.actor('hana');
    const said = hana.say(stage.hall.general.id, 'Which **version**?');
    await message(page, 'Which version?').waitFor();
    hana.edit(said, 'Which release?');
    await message(page, 'Which release? (edited)').waitFor();
    stage.hall.actor('wei').react(said, '👀');
    await page.getByRole('button', { name: '👀, 1 reaction' }).click();
    await page.getByRole('button', { name: '👀, 2 reactions', pressed: true }).waitFor();
    hana.erase(said);
    await page.getByText('Which release?').waitFor({ state: 'detached' });
  });

  it('sends what is typed, with names and emoji, replies, and edits the last message by Up', async () => {
    const page = await open('ana');
    await composer(page).fill('hi ');
    await composer(page).pressSequentially('@Han');
    await page.getByRole('option', { name: /^Hana/ }).waitFor();
    await page.keyboard.press('Enter');
    await composer(page).pressSequentially('and 你好');
    await page.keyboard.press('Enter');
    const mine = message(page, 'hi @Hana and 你好');
    await mine.waitFor();
    await expect.poll(() => composer(page).inputValue()).toBe('');
    const stored = stage.hall.actor('ana').messages(stage.hall.general.id).at(-1);
    expect(stored?.content).toBe(`hi <@${stage.hall.people.hana.id}> and 你好`);

    await page.keyboard.press('ArrowUp');
    await page.getByRole('textbox', { name: 'Edit message' }).fill('changed');
    await page.keyboard.press('Enter');
    await message(page, 'changed (edited)').waitFor();

    await message(page, 'changed').hover();
    await page.getByRole('button', { name: 'Reply' }).click();
    await page.getByText('Replying to').waitFor();
    await page.keyboard.type('to myself');
    await page.keyboard.press('Enter');
    await message(page, 'to myself').waitFor();
    expect(await words(message(page, 'to myself'))).toContain('changed');
  });

  it('keeps what was begun over a reload, for whoever began it', async () => {
    const page = await open('ana');
    await composer(page).fill('half a sentence');
    await page.reload();
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe('half a sentence');
    await page.goto(stage.hall.address('hana', stage.hall.general));
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe('');
    await page.goto(stage.hall.address('ana', stage.hall.general));
    await composer(page).press('Enter');
    await message(page, 'half a sentence').waitFor();
    expect(await composer(page).inputValue()).toBe('');
  });

  it('keeps Enter for the input method while a word is being composed', async () => {
    const page = await open('wei', stage.hall.zhong);
    await composer(page).fill('nihao');
    await composer(page).dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
    expect(await composer(page).inputValue()).toBe('nihao');
  });

  it('sends files: pictures are shown, others are offered to download', async () => {
    const page = await open('ana');
    await page.locator('.composer input[type=file]').setInputFiles([
      { name: 'shot.png', mimeType: 'image/png', buffer: png },
      { name: '日志 1.log', mimeType: 'text/plain', buffer: Buffer.from('boot failed') },
    ]);
    await page.getByText('日志 1.log').waitFor();
    await composer(page).fill('see these');
    await page.keyboard.press('Enter');
    const sent = message(page, 'see these');
    await sent.waitFor();
    await expect.poll(() => sent.locator('img').evaluate((img) => Reflect.get(img, 'naturalWidth'))).toBe(1);
    await sent.getByRole('link', { name: /log$/ }).first().waitFor();
  });

  it('reads a long history back, page by page, without moving what is being read', async () => {
    const { hall } = stage;
    const olga = hall.actor('olga');
    for (let index = 1; index <= 180; index++) olga.say(hall.rules.id, `Rule ${index}.`);
    const page = await open('ana', hall.rules);
    await message(page, 'Rule 180.').waitFor();
    expect(await page.getByText('Rule 100.', { exact: true }).count()).toBe(0);
    await expect
      .poll(async () => {
        await log(page).evaluate((box) => Reflect.set(box, 'scrollTop', 0));
        return page.getByText('Rule 1.', { exact: true }).count();
      })
      .toBe(1);
    expect(await log(page).getByRole('article').count()).toBe(180);
    await page.getByText('Welcome to #rules!').waitFor();
    const at = await page.getByText('Rule 40.', { exact: true }).boundingBox();
    olga.say(hall.rules.id, 'Rule 181.');
    await page.getByText('Rule 181.', { exact: true }).waitFor({ state: 'attached' });
    expect(await page.getByText('Rule 40.', { exact: true }).boundingBox()).toEqual(at);
    await page.getByRole('button', { name: 'Jump To Present' }).click();
    await expect.poll(() => message(page, 'Rule 181.').isVisible()).toBe(true);
  });

  it('shows each person only what they may see, and opens it the moment they may', async () => {
    const page = await open('ana');
    await channels(page).getByText('general').waitFor();
    expect(await page.getByText('staff-only').count()).toBe(0);
    stage.hall.actor('max').say(stage.hall.staff.id, 'a secret of the staff');
    stage.hall.actor('hana').say(stage.hall.general.id, 'said afterwards');
    await message(page, 'said afterwards').waitFor();
    expect(await page.content()).not.toContain('a secret of the staff');

    stage.hall.give(stage.hall.maintainer, 'ana');
    await channels(page).getByText('staff-only').click();
    await message(page, 'a secret of the staff').waitFor();
    stage.hall.take(stage.hall.maintainer, 'ana');
    await channels(page).getByText('staff-only').waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.content()).not.toContain('a secret of the staff');
  });

  it('says where one may not write', async () => {
    const page = await open('wei', stage.hall.rules);
    await page.getByText('您没有在此频道发送消息的权限。').waitFor();
  });

  it('opens posts of a forum, finds them by tag, and starts one', async () => {
    const { hall } = stage;
    hall.actor('hana').post(hall.questions.id, { title: 'No IP after reboot', content: 'x', tags: ['network'] });
    const page = await open('ana', hall.questions);
    await page.getByRole('button', { name: /No IP after reboot/ }).waitFor();
    await page
      .getByRole('group', { name: 'Tags' })
      .getByRole('button', { name: /storage/ })
      .click();
    await page.getByText('Nothing found').waitFor();
    await page.getByRole('button', { name: 'New Post' }).click();
    await page.keyboard.type('云盘丢失');
    await page.getByRole('textbox', { name: 'Enter a message…' }).fill('Where is it?');
    await page
      .getByRole('form')
      .getByRole('button', { name: /storage/ })
      .click();
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: '云盘丢失' }).waitFor();
    await message(page, 'Where is it?').waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'questions' }).click();
    await page
      .getByRole('button', { name: /云盘丢失/ })
      .last()
      .waitFor();
  });

  it('shows a post from its start to who never read it, and what one writes wherever one was', async () => {
    const { hall } = stage;
    const page = await open('ana', hall.questions);
    await page.getByRole('button', { name: 'New Post' }).waitFor();
    const long = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join('\n');
    const { thread } = hall
      .actor('hana')
      .post(hall.questions.id, { title: 'A long question', content: long, tags: [] });
    hall.actor('wei').say(thread.id, 'an answer');
    await page
      .getByRole('main')
      .getByRole('button', { name: /A long question/ })
      .click();
    await message(page, 'an answer').waitFor();
    await expect.poll(() => log(page).evaluate((box) => Reflect.get(box, 'scrollTop'))).toBe(0);
    await page.getByRole('textbox', { name: 'Message “A long question”' }).fill('thank you');
    await page.keyboard.press('Enter');
    const fromEnd = () => log(page).evaluate((box) => box.scrollHeight - Math.round(box.scrollTop + box.clientHeight));
    await message(page, 'thank you').waitFor();
    await expect.poll(fromEnd).toBeLessThan(5);
    await channels(page).getByText('questions').click();
    await page
      .getByRole('main')
      .getByRole('button', { name: /A long question/ })
      .click();
    await message(page, 'thank you').waitFor();
    await expect.poll(fromEnd).toBeLessThan(5);
  });

  it('speaks the browser’s language to who comes for the first time', async () => {
    const { hall } = stage;
    const page = await stage.screen.open(hall.local.url, { locale: 'zh-CN' });
    await page.getByRole('textbox', { name: /发消息/ }).waitFor();
    await expect.poll(() => hall.actor('olga').locale).toBe('zh-CN');
    hall.actor('olga').speak(Locale.EnglishUS);
  });

  it('follows links to messages within the page, however far back, and hands commands to the composer', async () => {
    const { hall } = stage;
    const max = hall.actor('max');
    const first = max.say(hall.announcements.id, 'The very first announcement');
    for (let index = 0; index < 120; index++) max.say(hall.announcements.id, `Announcement ${index}`);
    const link = `https://discord.com/channels/${hall.guild.id}/${hall.announcements.id}/${first.id}`;
    max.say(hall.general.id, `See [there](${link}) or use </question list:1>`);
    const page = await open('ana');
    await message(page, 'See there').getByRole('link', { name: 'there' }).click();
    await page.getByRole('heading', { level: 1, name: 'announcements' }).waitFor();
    await expect.poll(() => message(page, 'The very first announcement').isVisible()).toBe(true);
    await page.locator('article:focus', { hasText: 'The very first announcement' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: '/question list' }).click();
    await page.getByRole('option', { name: /^\/question list/ }).waitFor();
    expect(await composer(page).inputValue()).toBe('/question list');
  });

  it('marks interest in an event, and keeps it', async () => {
    const page = await open('ana');
    await page.getByRole('button', { name: /^Events/ }).click();
    await page.getByRole('button', { name: 'Interested', pressed: false }).click();
    await page.getByRole('button', { name: 'Interested', pressed: true }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: /^Events/ }).click();
    await page.getByRole('button', { name: 'Interested', pressed: true }).waitFor();
  });

  it('goes anywhere by Ctrl K, and counts what mentions one elsewhere', async () => {
    const page = await open('ana');
    const { hall } = stage;
    await composer(page).waitFor();
    hall.actor('hana').say(hall.zhong.id, `<@${hall.people.ana.id}> look`);
    await channels(page).getByRole('button', { name: '中文交流, 1 mention' }).waitFor();
    await page.keyboard.press('Control+k');
    // A word of the server's name finds none of its channels.
    await page.keyboard.type('Hall');
    await page.getByText('Nothing found').waitFor();
    await page.getByRole('combobox', { name: 'Quick switcher' }).fill('中文');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: '中文交流' }).waitFor();
    await channels(page).getByRole('button', { name: '中文交流', exact: true }).waitFor();
  });

  it('becomes somebody else, in their language, and speaks another one', async () => {
    const page = await open('ana');
    await page.getByRole('button', { name: /switch person/ }).click();
    await page.getByRole('dialog').getByText('小伟').click();
    await page.getByRole('textbox', { name: '给 #general 发消息' }).fill('我是小伟');
    await page.keyboard.press('Enter');
    await message(page, '我是小伟').waitFor();
    expect(await words(message(page, '我是小伟'))).toContain('小伟');
    await page.getByRole('button', { name: /切换身份/ }).click();
    await page.getByRole('radio', { name: 'English' }).check();
    await page.getByRole('textbox', { name: 'Message #general' }).waitFor();
    expect(stage.hall.actor('wei').locale).toBe('en-US');
    stage.hall.actor('wei').speak(Locale.ChineseCN);
    await page.reload();
    await page.getByRole('textbox', { name: '给 #general 发消息' }).waitFor();
  });

  it('writes to somebody directly', async () => {
    const page = await open('max');
    await page.getByRole('complementary').getByText('Hana').click();
    await page.getByRole('dialog', { name: 'Hana' }).getByRole('button', { name: 'Message' }).click();
    await page.getByRole('textbox', { name: 'Message @Hana' }).fill('between us');
    await page.keyboard.press('Enter');
    await message(page, 'between us').waitFor();
    const other = await open('hana');
    await composer(other).waitFor();
    stage.hall.actor('max').say(stage.hall.actor('max').direct(stage.hall.people.hana.id).id, 'still there?');
    await other.getByRole('button', { name: 'Direct Messages, 1 mention' }).click();
    await message(other, 'still there?').waitFor();
  });

  it('remembers what was read, and shows what came since', async () => {
    const { hall } = stage;
    const page = await open('max');
    await composer(page).waitFor();
    await page.goto('about:blank');
    hall.actor('hana').say(hall.zhong.id, 'while max was away');
    await page.goto(hall.address('max', hall.general));
    await channels(page).getByRole('button', { name: '中文交流, unread' }).click();
    await message(page, 'while max was away').waitFor();
    await page.reload();
    await composer(page).waitFor();
    expect(
      await channels(page)
        .getByRole('button', { name: /unread/ })
        .count(),
    ).toBe(0);
  });

  it('leaves a server, and joins it again', async () => {
    const page = await open('wei');
    await page.getByRole('button', { name: '服务器菜单' }).click();
    await page.getByRole('menuitem', { name: '离开服务器' }).click();
    await page.getByRole('button', { name: '加入服务器' }).click();
    await page.getByRole('button', { name: '加入: Open Cloud Hall' }).click();
    await channels(page).getByText('general').waitFor();
  });

  it('waits for a server that went away, and goes on where it was', async () => {
    const { hall } = stage;
    const page = await open('ana', hall.zhong);
    hall.actor('hana').say(hall.zhong.id, 'before the break');
    await message(page, 'before the break').waitFor();
    await hall.local.stop();
    await page.getByText('Connection lost. Trying again…').waitFor();
    await hall.restart();
    await page.getByText('Connection lost. Trying again…').waitFor({ state: 'detached' });
    hall.actor('hana').say(hall.zhong.id, 'after the break');
    await message(page, 'after the break').waitFor();
    await message(page, 'before the break').waitFor();
    stage.screen.forgive(/ERR_CONNECTION_REFUSED|WebSocket/);
  });
});

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqAgD1ggX/f2aP2gAAAABJRU5ErkJggg==',
  'base64',
);
