import { test } from 'uvu';
import { jobContract } from './jobs.ts';
import { inSsh } from './places.ts';
import { programContract } from './programs.ts';

programContract(inSsh);
jobContract(inSsh);
test.run();
