import { expect, it } from 'vitest';
import { createRole } from '../../src/local-discord/operations/roles.js';
import { describeInBrowser } from '../support/browser.js';
import { channels, composer, log, message, useStage, words } from './stage.js';

const markup = '<img src=x onerror="document.title=\'owned\'">';
const script = '<script>document.title="owned"</script><svg onload=alert(1)>';
const override = '\u202Egnp.exe\u202C';
const controls = '\u0000\u0007\u001B[31m\u200B\u2066x';

describeInBrowser('hostile words on the page', () => {
  const stage = useStage();

  it('stay words: in messages, names, posts, embeds and options', async () => {
    const { hall } = stage;
    const wei = hall.actor('wei');
    createRole(hall.local.world, hall.people.olga.id, hall.guild.id, { name: markup, hoist: true });
    const page = await stage.screen.open(hall.address('ana', hall.general));
    await composer(page).waitFor();
    const hostile = [
      markup,
      script,
      `[click](javascript:alert(1)) <javascript:alert(1)> [x](data:text/html,${script})`,
      `\`\`\`html\n${markup}\n\`\`\``,
      `**${markup}** ||${script}|| \`${markup}\``,
      `> ${markup}\n# ${markup}\n- ${markup}`,
    ];
    for (const text of hostile) wei.say(hall.general.id, text);
    wei.say(hall.general.id, 'the end');
    await message(page, 'the end').waitFor();
    expect(await log(page).locator('img, script, svg[onload], iframe, object').count()).toBe(0);
    expect(await log(page).locator('a[href^="javascript"], a[href^="data"]').count()).toBe(0);
    expect(await words(log(page))).toContain(markup);
    expect(await page.title()).not.toContain('owned');

    const { thread } = wei.post(hall.questions.id, { title: markup.slice(0, 100), content: script });
    await page.goto(hall.address('ana', thread));
    await page.reload();
    await page.getByRole('heading', { level: 1, name: /onerror/ }).waitFor();
    expect(await page.locator('img, script:not([src])').count()).toBe(0);

    await page.goto(hall.address('ana', hall.general));
    await composer(page).fill('/echo');
    await page.keyboard.press('Enter');
    await page.keyboard.type(markup);
    await page.keyboard.press('Tab');
    await page.getByRole('option', { name: 'Small' }).click();
    await page.keyboard.press('Enter');
    await message(page, `text: ${markup}`).waitFor();
    expect(await page.title()).not.toContain('owned');
  });

  it('cannot turn the text around them, nor hide in it', async () => {
    const { hall } = stage;
    const hana = hall.local.world.users.get(hall.people.hana.id);
    if (hana) hana.global_name = `${override}${controls}Hana`;
    hall.actor('hana').say(hall.zhong.id, `${override} said`);
    const page = await stage.screen.open(hall.address('wei', hall.zhong));
    const said = message(page, 'said');
    await said.waitFor();
    const name = await words(said.locator('.author'));
    expect(name).toBe('gnp.exe[31mxHana');
    expect(await said.locator('bdi').count()).toBeGreaterThan(0);
    expect(await said.locator('p[dir=auto]').count()).toBe(1);
  });

  it('fit: 2,000 Chinese characters, long words, long names', async () => {
    const { hall } = stage;
    const ana = hall.actor('ana');
    ana.say(hall.general.id, '云'.repeat(1999));
    ana.say(hall.general.id, 'x'.repeat(2000));
    ana.say(hall.general.id, `\`\`\`\n${'wide '.repeat(300)}\n\`\`\``);
    for (const width of [1280, 390]) {
      const page = await stage.screen.open(hall.address('wei', hall.general), { viewport: { width, height: 800 } });
      await message(page, 'wide').waitFor();
      const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(over).toBeLessThanOrEqual(0);
      const inside = await log(page).evaluate(
        (box) => Reflect.get(box, 'scrollWidth') - Reflect.get(box, 'clientWidth'),
      );
      expect(inside).toBeLessThanOrEqual(0);
    }
  });

  it('count: a message of 2,001 characters is not sent, and says so', async () => {
    const page = await stage.screen.open(stage.hall.address('ana', stage.hall.general));
    await composer(page).fill('字'.repeat(2001));
    await page.getByText('-1', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('A message has at most 2,000 characters.').waitFor();
    expect((await composer(page).inputValue()).length).toBe(2001);
    await channels(page).waitFor();
  });
});
