import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.js';
import { log, message, run, useStage, words } from './stage.js';

describeInBrowser('components on the page', () => {
  const stage = useStage();
  const open = async (command: 'panel' | 'card' | 'embed' | 'poll', name: 'ana' | 'wei' = 'ana') => {
    const { hall } = stage;
    const channel = name === 'wei' ? hall.zhong : hall.general;
    await hall.actor(name).command(channel.id, command).outcome;
    const page = await stage.screen.open(hall.address(name, channel));
    const shown = message(page, /Parrot/);
    await shown.waitFor();
    return { page, shown };
  };

  it('press: an update changes the message, an answer comes below, silence is said', async () => {
    const { page, shown } = await open('panel');
    await shown.getByRole('button', { name: 'Whisper' }).click();
    await message(page, 'psst').waitFor();
    const panel = log(page).getByRole('article').filter({ hasText: 'Docs' });
    await panel.getByRole('button', { name: 'Update' }).focus();
    await page.keyboard.press('Enter');
    await panel.getByText('Updated by a press.').waitFor();
    await panel.getByRole('button', { name: 'Break' }).click();
    await panel.getByText('This interaction failed').waitFor();
    expect(await panel.getByRole('link', { name: 'Docs' }).getAttribute('href')).toBe('https://example.org/docs');
  });

  it('select: several by keyboard, one person by mouse, in Chinese too', async () => {
    const { page, shown } = await open('panel', 'wei');
    await shown.getByRole('combobox', { name: 'Pick some birds' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: 'Robin' }).waitFor();
    await page.keyboard.type('r');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await message(page, 'Picked Robin, Wren').waitFor();

    const panel = log(page).getByRole('article').filter({ hasText: 'Docs' });
    await panel.getByRole('combobox', { name: '请选择' }).first().click();
    await page.getByRole('option', { name: /Hana/ }).click();
    await message(page, `Picked ${stage.hall.people.hana.id}`).waitFor();
  });

  it('open a form that is filled in by keyboard, says what is missing, and takes files', async () => {
    const { page, shown } = await open('panel');
    await shown.getByRole('button', { name: 'Form' }).click();
    const form = page.getByRole('dialog', { name: 'Everything a form can hold' });
    await form.waitFor();
    await page.keyboard.type('VM');
    await page.keyboard.press('Control+Enter');
    await form.getByText('At least 3 characters.').waitFor();
    await form.getByText('This field is required.').waitFor();
    await page.keyboard.type(' 没有 IP');
    await page.keyboard.press('Tab');
    await page.keyboard.type('line 1\nline 2');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: '5.0' }).waitFor();
    await page.keyboard.type('5');
    await page.keyboard.press('Enter');
    await form.getByRole('combobox', { name: 'Who should know' }).click();
    await page.getByRole('option', { name: /Hana/ }).click();
    await page.getByRole('option', { name: /Max/ }).click();
    await page.getByRole('button', { name: /^Done/ }).click();
    await form
      .locator('input[type=file]')
      .setInputFiles({ name: 'agent.log', mimeType: 'text/plain', buffer: Buffer.from('12345') });
    await form.getByText('agent.log').waitFor();
    await form.getByRole('button', { name: 'Submit' }).click();
    await form.waitFor({ state: 'detached' });
    const answer = message(page, 'title: VM 没有 IP');
    await answer.waitFor();
    const said = await words(answer);
    expect(said).toContain('body: line 1\nline 2');
    expect(said).toContain('version: 5.0');
    expect(said).toContain('who: hana,max');
    expect(said).toContain('log: agent.log 5');
  });

  it('keep a form that was forgotten on the way, and say so where it is seen', async () => {
    const { page, shown } = await open('panel', 'wei');
    await shown.getByRole('button', { name: 'Form' }).click();
    const form = page.getByRole('dialog', { name: 'Everything a form can hold' });
    await form.getByRole('textbox', { name: 'Title' }).fill('did not get through');
    await form.getByRole('combobox', { name: 'Version' }).click();
    await page.getByRole('option', { name: '4.8' }).click();
    await stage.hall.local.stop();
    await stage.hall.restart();
    await expect
      .poll(async () => {
        await form.getByRole('button', { name: '提交' }).click();
        return form.getByText('应用已不记得这次操作').count();
      })
      .toBe(1);
    const alert = await form.getByText('应用已不记得这次操作').boundingBox();
    const button = await form.getByRole('button', { name: '提交' }).boundingBox();
    expect(Math.abs((alert?.y ?? 0) - (button?.y ?? 0))).toBeLessThan(60);
    expect(await form.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('did not get through');
    stage.screen.forgive(/ERR_CONNECTION_REFUSED|WebSocket/);
  });

  it('open a form of choices: one of several, some of several, yes or no', async () => {
    const page = await stage.screen.open(stage.hall.address('ana', stage.hall.general));
    await run(page, 'survey');
    const form = page.getByRole('dialog', { name: 'Survey' });
    await form.getByText('Tell us about your cluster.').waitFor();
    await form.getByRole('button', { name: 'Submit' }).click();
    await expect.poll(() => form.getByText('This field is required.').count()).toBe(2);
    await form.getByRole('radio', { name: 'Large' }).check();
    await form.getByRole('checkbox', { name: 'Ceph' }).check();
    await form.getByRole('checkbox', { name: 'NFS' }).check();
    expect(await form.getByRole('checkbox', { name: 'Local' }).isDisabled()).toBe(true);
    await form.getByRole('checkbox', { name: 'Production' }).check();
    await form.getByRole('combobox', { name: 'Roles' }).click();
    await page.getByRole('option', { name: 'Helper' }).click();
    await form.getByRole('button', { name: 'Submit' }).click();
    await message(page, 'size: large').waitFor();
    expect(await words(message(page, 'size: large'))).toContain('storage: ceph,nfs\nproduction: true');
  });

  it('pick roles and channels', async () => {
    const { page, shown } = await open('panel');
    await shown.getByRole('combobox', { name: 'Make a selection' }).nth(1).click();
    await page.getByRole('option', { name: 'Maintainer' }).click();
    await message(page, `Picked ${stage.hall.maintainer.id}`).waitFor();
    const panel = log(page).getByRole('article').filter({ hasText: 'Docs' }).last();
    await panel.getByRole('combobox').last().click();
    await page.getByRole('option', { name: '中文交流' }).click();
    await message(page, `Picked ${stage.hall.zhong.id}`).waitFor();
  });

  it('close a form by Esc, which hands the focus back', async () => {
    const { page, shown } = await open('panel');
    const button = shown.getByRole('button', { name: 'Form' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('button:focus', { hasText: 'Form' }).waitFor();
  });

  it('lay out the second version: text, sections, pictures, files', async () => {
    const { page, shown } = await open('card');
    await shown.getByRole('heading', { name: 'Finding 7 · 缺陷 7' }).waitFor();
    await shown.getByRole('button', { name: 'Steps' }).waitFor();
    const picture = shown.getByRole('button', { name: 'Open picture: A pixel' });
    await expect.poll(() => picture.locator('img').evaluate((img) => Reflect.get(img, 'naturalWidth'))).toBe(1);
    const download = page.waitForEvent('download');
    await shown.getByRole('link', { name: 'steps.txt' }).first().click();
    expect((await download).suggestedFilename()).toBe('steps.txt');
    await picture.click();
    await page.getByRole('dialog', { name: 'A pixel' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await shown.getByRole('button', { name: 'Update' }).click();
    await expect.poll(() => shown.getByRole('button', { name: 'Update' }).isEnabled()).toBe(true);
  });

  it('show embeds with fields side by side and a time in the reader’s language', async () => {
    const { shown } = await open('embed', 'wei');
    const said = await words(shown);
    for (const part of ['Release 5.0 · 版本 5.0', 'What changed, with a link.', 'Votes', 'shipped', '2026年1月1日']) {
      expect(said).toContain(part);
    }
  });

  it('vote in a poll, see the shares, and take the vote back', async () => {
    const { page, shown } = await open('poll');
    const hana = stage.hall.actor('hana');
    const asked = hana.messages(stage.hall.general.id).findLast(({ poll }) => poll);
    if (asked) hana.vote(asked, [1]);
    await shown.getByRole('radio', { name: '啄木鸟' }).check();
    await shown.getByRole('button', { name: 'Vote', exact: true }).click();
    await shown.getByRole('button', { name: 'Remove Vote' }).waitFor();
    expect(await words(shown)).toContain('50%');
    await shown.getByRole('button', { name: 'Remove Vote' }).click();
    await shown.getByRole('radio', { name: '啄木鸟' }).waitFor();
    expect(await page.getByRole('radio').count()).toBe(2);
  });
});
