import { defineExtension, defineProfile, type Extension } from 'sandboxfile';
import { announce } from './announce.js';
import { checksums } from './checksums.js';
import { skeleton } from './skeleton.js';

const alpine = defineProfile({
  name: 'vm-alpine',
  summary: 'A VM with Alpine Linux, reached by SSH.',
  sandbox: { user: 'build', probes: { gcc: 'gcc -dumpfullversion', musl: 'apk list --installed musl' } },
});

const extension: Extension = defineExtension({
  name: 'release',
  tasks: [checksums, announce],
  drivers: [skeleton],
  profiles: [alpine],
});

export default extension;
