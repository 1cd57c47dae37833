/** Times as a reader of this language sees them. */
import type { Language } from '../texts/index.js';

const formats: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
};

/** A time in one of Discord's styles (`<t:…:R>`); far outside the calendar it stays a number. */
export function showTime(at: number, style: string, language: Language, now: number): string {
  if (Math.abs(at) > 8.64e15) return String(at / 1000);
  if (style === 'R') return relative(at - now, language);
  return new Intl.DateTimeFormat(language, formats[style] ?? formats.f).format(at);
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

function relative(distance: number, language: Language): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const [unit, size] = units.find(([, length]) => Math.abs(distance) >= length) ?? ['second', 1000];
  return format.format(Math.round(distance / size), unit);
}

const dayOf = (at: number) => new Date(at).toDateString();

export const isSameDay = (a: number, b: number) => dayOf(a) === dayOf(b);

/** Beside a message: the time alone today and yesterday, else the date too. */
export function showMoment(at: number, language: Language, now: number): string {
  const time = showTime(at, 't', language, now);
  if (isSameDay(at, now)) return time;
  if (isSameDay(at, now - 86_400_000)) return `${relative(-86_400_000, language)} ${time}`;
  return `${showTime(at, 'd', language, now)} ${time}`;
}

export function showSize(bytes: number, language: Language): string {
  const [unit, size] = bytes < 1024 ? ['byte', 1] : bytes < 1024 ** 2 ? ['kilobyte', 1024] : ['megabyte', 1024 ** 2];
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: String(unit),
    // English spells the short form of bytes out, and in the singular.
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: 2,
  }).format(bytes / Number(size));
}
