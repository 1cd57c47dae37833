const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `30s`; its shape was checked by the schema. */
export function milliseconds(duration: string): number {
  const unit = duration.replace(/^[\d.]+/, '');
  return Math.round(Number.parseFloat(duration) * (MS[unit] ?? 1));
}

const BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Bytes of `64G`; undefined where it is no such thing. */
export function bytes(size: string): number | undefined {
  const match = /^(\d+)([kMGT]?)$/.exec(size);
  return match ? Number(match[1]) * (BYTES[match[2] ?? ''] ?? 1) : undefined;
}
