import { describe, expect, it } from 'vitest';
import { PLACES } from '../../../src/community/settings.js';
import { NEEDED_PERMISSIONS, type Plan } from '../../../src/community/setup-plan.js';
import { setupApplied, setupPlan } from '../../../src/discord/views/setup.js';
import { textOf } from '../../../src/local-discord/validate/components.js';
import { readMessage } from '../../../src/local-discord/validate/message.js';
import { LOCALES, translator } from '../../../src/platform/i18n.js';

const blockedInEveryWay: Plan = {
  languages: ['zh-CN', 'en-US'],
  done: false,
  steps: PLACES.map((place) => ({ place, state: 'make', name: '*'.repeat(100), id: undefined })),
  blocked: [
    { reason: 'permissions', permissions: NEEDED_PERMISSIONS },
    { reason: 'channel_permissions', channel: '123456789012345678', permissions: NEEDED_PERMISSIONS },
    { reason: 'tags_full', channel: '123456789012345678', count: 3 },
    { reason: 'roles_full' },
    { reason: 'channels_full' },
  ],
};

const shown = (message: object) => textOf(readMessage(JSON.parse(JSON.stringify(message)), []).components ?? []);

describe('a plan of /setup', () => {
  it.each(LOCALES)('fits Discord’s limits, and names every step and everything in the way (%s)', (locale) => {
    const t = translator(locale);
    const text = shown(setupPlan(t, { ...blockedInEveryWay, id: 'abcdefghjkmnpqrstvwx', underWay: false }));

    for (const place of PLACES) expect(text).toContain(t(`setup.place.${place}`));
    for (const name of NEEDED_PERMISSIONS) expect(text).toContain(t(`permission.${name}`));
    expect(text).toContain(t('setup.blocked.roles_full'));
    shown(setupApplied(t, blockedInEveryWay));
  });

  it('offers to apply only what can be applied', () => {
    const button = (plan: Plan, underWay = false) =>
      JSON.stringify(setupPlan(translator('en-US'), { ...plan, id: 'x', underWay })).match(
        /"Apply".*?"disabled":(\w+)/,
      )?.[1];
    const free = { ...blockedInEveryWay, blocked: [] };

    expect(button(free)).toBe('false');
    expect(button(free, true)).toBe('true');
    expect(button(blockedInEveryWay)).toBe('true');
    expect(button({ ...free, done: true })).toBeUndefined();
  });
});
