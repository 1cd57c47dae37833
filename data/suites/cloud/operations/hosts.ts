/** Hosts, and how they fail. */
import { newId } from '../cloud.js';
import { any, find, must, type Operations } from '../operation.js';

export const HOST_OPERATIONS: Operations = {
  add_host: {
    *run(cloud) {
      yield;
      const id = newId(cloud, 'host');
      cloud.hosts.set(id, { id, state: 'up' });
      return { host: id };
    },
  },
  remove_host: {
    *run(cloud, takes) {
      const host = find(cloud.hosts, takes, 'host');
      must(!any(cloud.vms, (vm) => vm.host === host.id), 'VMs still run on this host');
      yield;
      cloud.hosts.delete(host.id);
      return {};
    },
  },
  recover_host: {
    *run(cloud, takes) {
      const host = find(cloud.hosts, takes, 'host');
      must(host.state === 'down', 'the host is up');
      yield;
      host.state = 'up';
      return {};
    },
  },
  host_fails: {
    // Nothing waits for a host to be ready to fail, and what ran on it stops at once.
    holds: () => [],
    *run(cloud, takes) {
      yield;
      const host = find(cloud.hosts, takes, 'host');
      must(host.state === 'up', 'the host is down already');
      host.state = 'down';
      for (const vm of cloud.vms.values()) {
        if (vm.host !== host.id) continue;
        vm.state = 'stopped';
        vm.host = undefined;
        vm.failedHost = host.id;
      }
      return {};
    },
  },
};
