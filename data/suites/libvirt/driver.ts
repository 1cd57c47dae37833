/** Driver of the suite `libvirt`. See docs/drivers.md, and suite.yaml for the variables that it reads. */
import { serve } from '../../../src/woodpecker/drivers/serve.js';
import { createLibvirt } from './libvirt.js';

const { FLOCK_LIBVIRT_URI, FLOCK_LIBVIRT_DOMAIN, FLOCK_LIBVIRT_STRICT } = process.env;
const libvirt = createLibvirt({
  uri: FLOCK_LIBVIRT_URI || 'test:///default',
  template: FLOCK_LIBVIRT_DOMAIN || undefined,
  strict: Boolean(FLOCK_LIBVIRT_STRICT),
  log: (message) => serving.log(message),
});
const serving = serve(libvirt, { input: process.stdin, output: process.stdout });
