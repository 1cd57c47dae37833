import { expect, it } from 'vitest';
import { drawChart } from '../../src/platform/chart.js';

const draw = (title: string) =>
  drawChart({
    title,
    line: { name: '覆盖', points: [[0, 1]] },
    marks: { name: '缺陷', at: [] },
    from: 0,
    to: 1000,
    timeLabel: String,
    numberLabel: String,
  });

it('draws a PNG whose Chinese is letters and not boxes', async () => {
  const one = await draw('云主机');
  const other = await draw('云存储');
  expect(one.subarray(1, 4).toString()).toBe('PNG');
  expect([one.readUInt32BE(16), one.readUInt32BE(20)]).toEqual([960, 420]);
  // Two words of three boxes each would be the same picture.
  expect(one.equals(other)).toBe(false);
  expect(one.equals(await draw('云主机'))).toBe(true);
});
