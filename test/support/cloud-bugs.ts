/** What is known of the bugs that the simulated cloud can be told to have. */
import type { FailureKind } from '../../src/woodpecker/types.js';

export interface CloudBug {
  /** How it shows. */
  readonly kind: FailureKind;
  /** The fewest steps that can show it so. */
  readonly least: number;
  /** It takes two calls at the same time. */
  readonly lanes?: 2;
  /** It shows now and then. */
  readonly flaky?: true;
}

export const CLOUD_BUGS: Readonly<Record<string, CloudBug>> = {
  canary: { kind: 'state', least: 2 },
  w7: { kind: 'action', least: 7 },
  fifth_snapshot: { kind: 'state', least: 6 },
  sticky_attachment: { kind: 'state', least: 5 },
  double_attach: { kind: 'order', least: 4, lanes: 2 },
  lost_snapshot: { kind: 'order', least: 3, lanes: 2 },
  stale_image: { kind: 'state', least: 6 },
  swallowed_delete: { kind: 'state', least: 3 },
  vip_leak: { kind: 'leak', least: 5 },
  ghost_volume: { kind: 'accepted', least: 5 },
  foreign_group: { kind: 'foreign', least: 3 },
  flaky_start: { kind: 'action', least: 4, flaky: true },
  split_brain: { kind: 'action', least: 7 },
  hung_network: { kind: 'timeout', least: 4 },
  loose_reboot: { kind: 'accepted', least: 5 },
  lost_child: { kind: 'state', least: 4 },
  address_twice: { kind: 'check', least: 5 },
};
