/** Driver of the suite `libvirt`. See docs/drivers.md, and suite.yaml for the variables that it reads. */
import { serve } from '../../../src/woodpecker/drivers/serve.js';
import { createLibvirt } from './libvirt.js';

const { FLOCK_LIBVIRT_URI: uri = 'test:///default', FLOCK_LIBVIRT_DOMAIN: template } = process.env;
const libvirt = createLibvirt({ uri, template, log: (message) => serving.log(message) });
const serving = serve(libvirt, { input: process.stdin, output: process.stdout });
