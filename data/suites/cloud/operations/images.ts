/** Images of root volumes, to start VMs from; of any volume, as templates for data volumes. */
import { find, must, type Operations, textOf } from '../operation.js';
import { hasSnapshots, newImage, newVolume } from '../storage.js';

export const IMAGE_OPERATIONS: Operations = {
  create_image: {
    *run(cloud, takes) {
      const vm = find(cloud.vms, takes, 'vm');
      must(vm.state === 'stopped', 'an image of a root volume needs a stopped VM');
      yield;
      return { image: newImage(cloud, 'root', undefined) };
    },
  },
  template: {
    *run(cloud, takes) {
      const volume = find(cloud.volumes, takes, 'volume');
      const vm = cloud.vms.get(volume.vm ?? '');
      must(vm?.state === 'stopped', 'a data-volume template needs a volume of a stopped VM');
      yield;
      const tainted = cloud.bugs.has('w7') && volume.kind === 'root' && hasSnapshots(cloud, volume.id);
      return { image: newImage(cloud, 'data', tainted ? vm?.id : undefined) };
    },
  },
  volume_from_image: {
    *run(cloud, takes, args) {
      const image = find(cloud.images, takes, 'image');
      must(image.kind === 'data', 'only a data-volume template can make a volume');
      must(image.enabled, 'the image is disabled');
      yield;
      image.used = true;
      const maker = cloud.vms.get(image.taintedBy ?? '');
      const tainted = image.taintedBy !== undefined && (!maker || maker.state === 'destroyed');
      return { volume: newVolume(cloud, { kind: 'data', name: textOf(args.name), tainted, vm: undefined }) };
    },
  },
  disable_image: {
    *run(cloud, takes) {
      const image = find(cloud.images, takes, 'image');
      must(image.enabled, 'the image is disabled already');
      yield;
      image.enabled = false;
      image.stale = false;
      return {};
    },
  },
  enable_image: {
    *run(cloud, takes) {
      const image = find(cloud.images, takes, 'image');
      must(!image.enabled, 'the image is enabled already');
      yield;
      image.enabled = true;
      image.stale = cloud.bugs.has('stale_image') && image.used;
      return {};
    },
  },
  delete_image: {
    *run(cloud, takes) {
      const image = find(cloud.images, takes, 'image');
      yield;
      cloud.images.delete(image.id);
      cloud.files.delete(image.id);
      return {};
    },
  },
};
