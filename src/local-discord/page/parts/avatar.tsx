import type { APIUser } from 'discord-api-types/v10';
import { clean } from '../state/reading.js';

const backgrounds = ['#5865f2', '#2d7d46', '#b8860b', '#c03b7c', '#c0392b', '#1f8b9c', '#7d4fc4', '#a5672b'];

/** Any even spread of ids will do; people who joined in one moment must differ too. */
const colorOf = (id: string) => [...id].reduce((sum, digit) => (sum * 31 + Number(digit)) % 9973, 7);

/** Somebody's picture: the first letter of their name on a colour that stays theirs. */
export function Avatar({ user, size = 40 }: { user: APIUser; size?: number }) {
  const name = clean(user.global_name ?? user.username);
  const color = backgrounds[colorOf(user.id) % backgrounds.length];
  return (
    <span
      class="avatar"
      aria-hidden="true"
      style={{ width: `${size}px`, height: `${size}px`, fontSize: `${size * 0.45}px`, background: color }}
    >
      {String.fromCodePoint(name.codePointAt(0) ?? 63).toUpperCase()}
    </span>
  );
}

/** A few letters of a guild's name, as Discord shows one without an icon: 云雀, or SC for Skylark Cloud. */
export function initials(name: string): string {
  const [first = ''] = clean(name);
  if (/\p{Script=Han}/u.test(first)) return [...clean(name)].slice(0, 2).join('');
  const words = clean(name)
    .split(/\s+/)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word));
  return words
    .map((word) => [...word][0] ?? '')
    .slice(0, 2)
    .join('');
}
