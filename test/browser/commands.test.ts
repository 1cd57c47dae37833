import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.js';
import { composer, log, message, run, useStage, words } from './stage.js';

describeInBrowser('commands on the page', () => {
  const stage = useStage();
  const open = (name: 'ana' | 'wei' = 'ana') => stage.screen.open(stage.hall.address(name, stage.hall.general));

  it('are typed by keyboard alone: picked, filled in with required options first, and run', async () => {
    const page = await open();
    await log(page).waitFor();
    await page.keyboard.press('/');
    await page.getByRole('option', { name: /^\/echo/ }).waitFor();
    await page.keyboard.type('ech');
    await page.keyboard.press('Tab');
    await page.keyboard.type('two words');
    await page.keyboard.press('Tab');
    await page.getByRole('option', { name: 'Large' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('city');
    await page.keyboard.press('Tab');
    await page.keyboard.type('sh');
    await page.getByRole('option', { name: 'Shenzhen' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    const answer = message(page, 'city: Shenzhen');
    await answer.waitFor();
    const said = await words(answer);
    for (const line of ['text: two words', 'size: 9', 'locale: en-US', 'used /echo']) {
      expect(said.replace(/\s+/g, ' ')).toContain(line);
    }
    await page.locator('textarea:focus').waitFor();
  });

  it('take people, roles, channels, truth and files by mouse', async () => {
    const page = await open();
    await composer(page).fill('/ech');
    await page.getByRole('option', { name: /^\/echo/ }).click();
    await page.getByRole('combobox', { name: 'text' }).fill('x');
    await page.getByRole('combobox', { name: 'size' }).click();
    await page.getByRole('option', { name: 'Small' }).click();
    for (const [option, choice] of [
      ['who', /^Hana/],
      ['role', 'Helper'],
      ['where', '中文交流'],
      ['loud', 'True'],
    ] as const) {
      await page.getByRole('option', { name: new RegExp(`^${option} `) }).click();
      await page.getByRole('option', { name: choice }).click();
    }
    await page.getByRole('option', { name: /^file/ }).click();
    await page
      .getByRole('group', { name: 'Command echo' })
      .locator('input[type=file]')
      .setInputFiles({ name: 'libvirt 日志.log', mimeType: 'text/plain', buffer: Buffer.from('log') });
    await page.getByRole('button', { name: 'Run command' }).click();
    const { hana } = stage.hall.people;
    const answer = message(page, `who: ${hana.id}`);
    await answer.waitFor();
    const said = await words(answer);
    expect(said).toContain(`role: ${stage.hall.helper.id}`);
    expect(said).toContain(`where: ${stage.hall.zhong.id}`);
    expect(said).toContain('loud: true');
    expect(said).toMatch(/file: .*\.log/);
  });

  it('stay open and say what is missing', async () => {
    const page = await open();
    await run(page, 'echo');
    await page.getByText('This option is required.').waitFor();
    expect(await page.getByRole('combobox', { name: 'text' }).getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.press('Escape');
    await composer(page).waitFor();
    await expect.poll(() => composer(page).inputValue()).toBe('');
  });

  it('are recognised as they are typed or pasted in one go, with options by name', async () => {
    const page = await open();
    await composer(page).pressSequentially('/echo ');
    await page.getByRole('combobox', { name: 'text' }).fill('typed');
    await page.keyboard.press('Tab');
    await page.getByRole('combobox', { name: 'size' }).fill('small');
    await page.keyboard.press('Tab');
    await page.keyboard.type('loud:');
    await page.getByRole('combobox', { name: 'loud' }).fill('true');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await message(page, 'text: typed').waitFor();
    await message(page, 'loud: true').waitFor();

    await composer(page).fill('/echo text: pasted, with: a colon size: Large');
    await page.keyboard.press('Enter');
    await message(page, 'text: pasted, with: a colon').waitFor();
    expect(await words(message(page, 'text: pasted'))).toContain('size: 9');
  });

  it('are recognised with their options by name also where these are typed letter by letter', async () => {
    const page = await open();
    await composer(page).pressSequentially('/echo text:see note: x');
    expect(await page.getByRole('combobox', { name: 'text' }).inputValue()).toBe('see note: x');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Large city:Shen');
    await page.getByRole('option', { name: 'Shenzhen' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    const answer = message(page, 'city: Shenzhen');
    await answer.waitFor();
    const said = (await words(answer)).replace(/\s+/g, ' ');
    for (const line of ['text: see note: x', 'size: 9']) expect(said).toContain(line);
  });

  it('go back by Backspace, chip by chip, to plain text', async () => {
    const page = await open();
    await composer(page).fill('/echo');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'text' }).waitFor();
    await page.keyboard.press('Backspace');
    await expect.poll(() => composer(page).inputValue()).toBe('/echo');
  });

  it('are offered and filled in in Chinese', async () => {
    const page = await open('wei');
    await composer(page).fill('/问');
    await page.getByRole('option', { name: /问题 列表.*列出未解决的问题/ }).click();
    await page.keyboard.press('Enter');
    await message(page, 'question list').waitFor();
    await composer(page).fill('/复述');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: '文字' }).fill('你好');
    await page.keyboard.press('Tab');
    await page.getByRole('option', { name: '大' }).click();
    await page.keyboard.press('Enter');
    await message(page, 'locale: zh-CN').waitFor();
  });

  it('show that the application thinks, and then what it says', async () => {
    const page = await open();
    await run(page, 'slow');
    await page.getByText('thinking…').waitFor();
    stage.bot.wake();
    await message(page, 'Done thinking.').waitFor();
    expect(await page.getByText('thinking…').count()).toBe(0);
  });

  it('say when the application did not respond, to the person alone, until dismissed', async () => {
    const page = await open();
    await run(page, 'silent');
    await page.getByText('Sending command…').waitFor();
    await page.getByText('The application did not respond').waitFor();
    await page.getByRole('button', { name: 'Dismiss message' }).click();
    await page.getByText('The application did not respond').waitFor({ state: 'detached' });
  });

  it('answer the person alone where the application wants it so', async () => {
    const page = await open();
    const other = await open('wei');
    await run(page, 'secret');
    const secret = message(page, 'Between us.');
    await secret.waitFor();
    expect(await words(secret)).toContain('Only you can see this');
    stage.hall.actor('hana').say(stage.hall.general.id, 'after the secret');
    await message(other, 'after the secret').waitFor();
    expect(await other.getByText('Between us.').count()).toBe(0);
    await secret.getByRole('button', { name: 'Dismiss message' }).click();
    await secret.waitFor({ state: 'detached' });
  });

  it('open from the menus of messages and people, by keyboard and by mouse', async () => {
    const page = await open();
    stage.hall.actor('hana').say(stage.hall.general.id, 'Restart libvirtd.');
    const helped = message(page, 'Restart libvirtd.');
    await helped.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Apps' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('menuitem', { name: 'Accept answer' }).waitFor();
    await page.keyboard.press('Enter');
    await message(page, 'Accepted: Restart libvirtd.').waitFor();

    await page.getByRole('complementary').getByText('Hana').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Apps' }).hover();
    await page.getByRole('menuitem', { name: 'Praise' }).click();
    await message(page, 'Praise for @Hana!').waitFor();

    await page.getByRole('complementary').getByText('Hana').click();
    await page.getByRole('dialog', { name: 'Hana' }).getByRole('button', { name: 'Praise' }).click();
    await expect.poll(() => page.getByText('Praise for').count()).toBe(2);
  });
});
