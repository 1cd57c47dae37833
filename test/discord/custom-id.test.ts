import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutOfDate } from '../../src/discord/bad-interaction.js';
import { addressing, readAddress, readState, writeCustomId } from '../../src/discord/custom-id.js';

const fields = { thread: 'id', page: 'int', mine: 'flag', words: 'text', order: ['oldest', 'newest'] } as const;

/** What may stand between fields, and what may not be whole. */
const character = fc.constantFrom(':', '%', '3', 'A', 'z', '-', ' ', '云', '🐦', '\u0000', '\ud800');

describe('a custom id', () => {
  it('gives back whatever state was put into it', () => {
    const state = fc.record({
      thread: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
      page: fc.maxSafeInteger(),
      mine: fc.boolean(),
      words: fc.string({ unit: character, maxLength: 12 }),
      order: fc.constantFrom('oldest', 'newest'),
    });
    fc.assert(
      fc.property(state, (given) => {
        const address = readAddress(writeCustomId('list', 3, fields, given));
        expect(address).toMatchObject({ name: 'list', version: 3 });
        expect(readState(fields, address?.parts ?? [])).toEqual(given);
      }),
    );
  });

  it('makes of any text either our state or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: character }), (text) => {
        const address = readAddress(text);
        const state = address && readState(fields, address.parts);
        if (state) expect(writeCustomId(address.name, address.version, fields, state).length).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    ['a version that is not the present one', 'list:1:5'],
    ['too few fields', 'list:2'],
    ['too many fields', 'list:2:5:5'],
    ['a field that is no number', 'list:2:é'],
  ])('is out of date with %s', (_, customId) => {
    const { stateOf } = addressing({ name: 'list', version: 2, state: { page: 'int' } });
    const address = readAddress(customId) ?? expect.unreachable();
    expect(() => stateOf(address)).toThrow(OutOfDate);
  });

  it('fits into 100 characters, and not into 101', () => {
    const { id } = addressing({ name: 'note', state: { words: 'text' } });
    expect(id({ words: 'x'.repeat(93) })).toHaveLength(100);
    expect(() => id({ words: 'x'.repeat(94) })).toThrow(RangeError);
  });
});
