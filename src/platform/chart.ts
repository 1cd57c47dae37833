/** Small pictures of how something grew: lines over time, marks where something happened, as PNG. Words are handed in translated. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { shipped } from './paths.js';

export interface Chart {
  readonly title: string;
  readonly subtitle?: string;
  /** Ascending times in milliseconds, each with a value; drawn as steps. */
  readonly line: { readonly name: string; readonly points: readonly (readonly [at: number, value: number])[] };
  readonly marks: { readonly name: string; readonly at: readonly number[] };
  readonly from: number;
  readonly to: number;
  /** Says a duration since `from`, for the axis. */
  readonly timeLabel: (ms: number) => string;
  readonly numberLabel: (value: number) => string;
}

const WIDTH = 960;
const HEIGHT = 420;
const PLOT = { left: 72, right: 24, top: 92, bottom: 48 };
const FONT = 'Flock Sans';
const COLOURS = {
  ground: '#1e1f22',
  panel: '#2b2d31',
  grid: '#3f4147',
  faint: '#949ba4',
  text: '#f2f3f5',
  line: '#5865f2',
  mark: '#f23f43',
};

let fontReady = false;

/** Loads the picture library when the first picture is wanted: it is large, and most runs of the bot draw none. */
export async function drawChart(chart: Chart): Promise<Buffer> {
  const { createCanvas, GlobalFonts } = await import('@napi-rs/canvas');
  if (!fontReady) {
    GlobalFonts.registerFromPath(shipped('fonts', 'noto-sans-sc.woff2'), FONT);
    fontReady = true;
  }
  const canvas = createCanvas(WIDTH, HEIGHT);
  const pen = canvas.getContext('2d');
  pen.fillStyle = COLOURS.ground;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  head(pen, chart);
  plot(pen, chart);
  return canvas.toBuffer('image/png');
}

function write(
  pen: SKRSContext2D,
  text: string,
  x: number,
  y: number,
  style: { size: number; colour: string; align?: 'left' | 'right' | 'center' },
): void {
  pen.font = `${style.size}px "${FONT}"`;
  pen.fillStyle = style.colour;
  pen.textAlign = style.align ?? 'left';
  pen.fillText(text, x, y);
}

function head(pen: SKRSContext2D, { title, subtitle, line, marks }: Chart): void {
  write(pen, title, PLOT.left - 48, 38, { size: 24, colour: COLOURS.text });
  if (subtitle !== undefined) write(pen, subtitle, PLOT.left - 48, 64, { size: 15, colour: COLOURS.faint });
  let x = WIDTH - PLOT.right;
  for (const [name, colour] of [
    [marks.name, COLOURS.mark],
    [line.name, COLOURS.line],
  ] as const) {
    write(pen, name, x, 38, { size: 15, colour: COLOURS.text, align: 'right' });
    x -= pen.measureText(name).width + 14;
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(x, 33, 6, 0, Math.PI * 2);
    pen.fill();
    x -= 26;
  }
}

/** Lines above the lowest one. */
const LINES = 4;

/** A round, whole number from line to line, so that the highest stands above `value`. */
function stepFor(value: number): number {
  const least = Math.max(1, value / LINES);
  const magnitude = 10 ** Math.floor(Math.log10(least));
  const round = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((n) => n * magnitude);
  return round.find((n) => n >= least && Number.isInteger(n)) ?? Math.ceil(least);
}

function plot(pen: SKRSContext2D, { line, marks, from, to, timeLabel, numberLabel }: Chart): void {
  const width = WIDTH - PLOT.left - PLOT.right;
  const height = HEIGHT - PLOT.top - PLOT.bottom;
  const span = Math.max(1, to - from);
  const step = stepFor(line.points.at(-1)?.[1] ?? 1);
  const top = step * LINES;
  const x = (at: number): number => PLOT.left + (Math.min(span, Math.max(0, at - from)) / span) * width;
  const y = (value: number): number => PLOT.top + height - (value / top) * height;

  pen.fillStyle = COLOURS.panel;
  pen.fillRect(PLOT.left, PLOT.top, width, height);
  pen.lineWidth = 1;
  for (let n = 0; n <= LINES; n++) {
    const value = step * n;
    pen.strokeStyle = COLOURS.grid;
    pen.beginPath();
    pen.moveTo(PLOT.left, y(value));
    pen.lineTo(PLOT.left + width, y(value));
    pen.stroke();
    write(pen, numberLabel(value), PLOT.left - 10, y(value) + 5, { size: 14, colour: COLOURS.faint, align: 'right' });
    const at = (span / LINES) * n;
    const align = n === 0 ? 'left' : n === LINES ? 'right' : 'center';
    write(pen, timeLabel(at), x(from + at), HEIGHT - 18, { size: 14, colour: COLOURS.faint, align });
  }

  pen.strokeStyle = COLOURS.line;
  pen.lineWidth = 3;
  pen.beginPath();
  pen.moveTo(x(from), y(0));
  let last = 0;
  for (const [at, value] of line.points) {
    pen.lineTo(x(at), y(last));
    pen.lineTo(x(at), y(value));
    last = value;
  }
  pen.lineTo(x(to), y(last));
  pen.stroke();

  pen.strokeStyle = COLOURS.mark;
  pen.fillStyle = COLOURS.mark;
  pen.lineWidth = 2;
  for (const at of marks.at) {
    pen.beginPath();
    pen.moveTo(x(at), PLOT.top + height);
    pen.lineTo(x(at), PLOT.top + 12);
    pen.stroke();
    pen.beginPath();
    pen.arc(x(at), PLOT.top + 10, 6, 0, Math.PI * 2);
    pen.fill();
  }
}
