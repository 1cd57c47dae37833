/** The API of the small IaaS: every operation by name. */
import type { Operations } from './operation.js';
import { GROUP_OPERATIONS } from './operations/groups.js';
import { HOST_OPERATIONS } from './operations/hosts.js';
import { IMAGE_OPERATIONS } from './operations/images.js';
import { NETWORK_OPERATIONS } from './operations/networks.js';
import { SNAPSHOT_OPERATIONS } from './operations/snapshots.js';
import { VM_OPERATIONS } from './operations/vms.js';
import { VOLUME_OPERATIONS } from './operations/volumes.js';

export const OPERATIONS: Operations = {
  ...HOST_OPERATIONS,
  ...VM_OPERATIONS,
  ...VOLUME_OPERATIONS,
  ...SNAPSHOT_OPERATIONS,
  ...IMAGE_OPERATIONS,
  ...NETWORK_OPERATIONS,
  ...GROUP_OPERATIONS,
};
