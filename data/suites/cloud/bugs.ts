/** The named bugs that the simulator can be told to have; `suite.yaml` says what each is. All are off unless a hunt switches one on. */
export const BUGS = [
  'canary',
  'w7',
  'fifth_snapshot',
  'sticky_attachment',
  'double_attach',
  'lost_snapshot',
  'stale_image',
  'swallowed_delete',
  'vip_leak',
  'ghost_volume',
  'foreign_group',
  'flaky_start',
  'split_brain',
  'hung_network',
  'loose_reboot',
  'lost_child',
  'address_twice',
] as const;

export type BugName = (typeof BUGS)[number];

/** Refuses a name that the simulator does not know, so that a hunt for a misspelt bug never passes for a clean one. */
export function bugNames(names: readonly string[]): ReadonlySet<BugName> {
  const known: ReadonlySet<string> = new Set(BUGS);
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`unknown bug ${unknown.join(', ')}; known: ${BUGS.join(', ')}`);
  return new Set(BUGS.filter((name) => names.includes(name)));
}
