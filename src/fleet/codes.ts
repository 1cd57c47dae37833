/** One-time codes: which server, then 80 bits of chance, in letters and digits that cannot be mistaken for one another. */

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SECRET_BYTES = 10;

/** `bytes`: ten from the system's secure source. */
export function makeCode(guildId: string, bytes: Uint8Array): string {
  if (bytes.length !== SECRET_BYTES) throw new RangeError(`a code is made of ${SECRET_BYTES} bytes`);
  let bits = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let secret = '';
  for (let n = 0; n < 16; n++) {
    secret = `${ALPHABET.charAt(Number(bits & 31n))}${secret}`;
    bits >>= 5n;
  }
  return `${BigInt(guildId).toString(36).toUpperCase()}-${secret.match(/.{4}/g)?.join('-')}`;
}

/** The server that a code belongs to; undefined where it is no code at all. */
export function guildOfCode(code: string): string | undefined {
  const found = /^([0-9A-Z]{1,13})(?:-[0-9A-HJKMNP-TV-Z]{4}){4}$/.exec(code);
  if (!found?.[1]) return undefined;
  let id = 0n;
  for (const digit of found[1]) id = id * 36n + BigInt(Number.parseInt(digit, 36));
  const text = id.toString();
  return text.length <= 20 ? text : undefined;
}
