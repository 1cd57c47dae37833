/** Security groups, their rules, and the interfaces that they guard. */
import { newId } from '../cloud.js';
import { any, find, must, type Operations } from '../operation.js';

export const GROUP_OPERATIONS: Operations = {
  create_group: {
    *run(cloud) {
      yield;
      const id = newId(cloud, 'sg');
      cloud.groups.set(id, { id });
      return { group: id };
    },
  },
  delete_group: {
    *run(cloud, takes) {
      const group = find(cloud.groups, takes, 'group');
      must(!any(cloud.nics, (nic) => nic.group === group.id), 'interfaces still use this group');
      yield;
      for (const rule of [...cloud.rules.values()]) if (rule.group === group.id) cloud.rules.delete(rule.id);
      cloud.groups.delete(group.id);
      return {};
    },
  },
  add_rule: {
    *run(cloud, takes, args) {
      const group = find(cloud.groups, takes, 'group');
      const port = args.port;
      must(typeof port === 'number' && port >= 1 && port <= 65_535, 'a port is a number from 1 to 65535');
      yield;
      const id = newId(cloud, 'rule');
      cloud.rules.set(id, { id, group: group.id, port: Number(port) });
      return { rule: id };
    },
  },
  delete_rule: {
    *run(cloud, takes) {
      const rule = find(cloud.rules, takes, 'rule');
      yield;
      cloud.rules.delete(rule.id);
      return {};
    },
  },
  secure_nic: {
    *run(cloud, takes) {
      const nic = find(cloud.nics, takes, 'nic');
      const group = find(cloud.groups, takes, 'group');
      must(nic.group === undefined, 'the interface has a group already');
      yield;
      nic.group = group.id;
      return {};
    },
  },
  open_nic: {
    *run(cloud, takes) {
      const nic = find(cloud.nics, takes, 'nic');
      must(nic.group !== undefined, 'the interface has no group');
      yield;
      nic.group = undefined;
      return {};
    },
  },
};
