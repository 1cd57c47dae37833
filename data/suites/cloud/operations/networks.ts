/** Networks, what VMs have on them, and virtual addresses. */
import { giveAddressBack, newId, takeAddress } from '../cloud.js';
import { any, find, must, type Operations } from '../operation.js';

export const NETWORK_OPERATIONS: Operations = {
  create_network: {
    *run(cloud) {
      yield;
      const id = newId(cloud, 'net');
      const prefix = `10.${cloud.made >> 8}.${cloud.made & 255}`;
      cloud.networks.set(id, { id, prefix, free: [], next: 2, hadVip: false });
      return { network: id };
    },
  },
  delete_network: {
    *run(cloud, takes, args) {
      const network = find(cloud.networks, takes, 'network');
      must(!any(cloud.nics, (nic) => nic.network === network.id), 'the network still has interfaces');
      must(!any(cloud.vips, (vip) => vip.network === network.id), 'the network still has VIPs');
      yield;
      while (cloud.bugs.has('hung_network') && network.hadVip && args.force !== true) yield;
      cloud.networks.delete(network.id);
      return {};
    },
  },
  attach_nic: {
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      const network = find(cloud.networks, takes, 'network');
      yield;
      const id = newId(cloud, 'nic');
      const address = takeAddress(cloud, network, id);
      cloud.nics.set(id, { id, vm: vm.id, network: network.id, address, group: undefined });
      return { nic: id };
    },
  },
  detach_nic: {
    holds: (cloud, takes) => [...Object.values(takes), cloud.nics.get(takes.nic ?? '')?.network ?? ''],
    *run(cloud, takes) {
      const nic = find(cloud.nics, takes, 'nic');
      yield;
      giveAddressBack(cloud, cloud.networks.get(nic.network), nic.id);
      cloud.nics.delete(nic.id);
      return {};
    },
  },
  create_vip: {
    *run(cloud, takes) {
      const network = find(cloud.networks, takes, 'network');
      yield;
      const id = newId(cloud, 'vip');
      network.hadVip = true;
      const address = takeAddress(cloud, network, id);
      cloud.vips.set(id, { id, network: network.id, address, vm: undefined, pinned: false });
      return { vip: id };
    },
  },
  bind_vip: {
    *run(cloud, takes) {
      const vip = find(cloud.vips, takes, 'vip');
      const vm = find(cloud.vms, takes, 'vm');
      must(vip.vm === undefined, 'the VIP is bound already');
      yield;
      vip.vm = vm.id;
      return {};
    },
  },
  unbind_vip: {
    *run(cloud, takes) {
      const vip = find(cloud.vips, takes, 'vip');
      must(vip.vm !== undefined, 'the VIP is not bound');
      yield;
      vip.vm = undefined;
      return {};
    },
  },
  release_vip: {
    holds: (cloud, takes) => [...Object.values(takes), cloud.vips.get(takes.vip ?? '')?.network ?? ''],
    *run(cloud, takes) {
      const vip = find(cloud.vips, takes, 'vip');
      must(vip.vm === undefined, 'the VIP is bound');
      yield;
      if (!vip.pinned) giveAddressBack(cloud, cloud.networks.get(vip.network), vip.id);
      cloud.vips.delete(vip.id);
      return {};
    },
  },
};
