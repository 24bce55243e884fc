import { test } from 'uvu';
import { jobContract } from './jobs.ts';
import { inLocal } from './places.ts';
import { programContract } from './programs.ts';

programContract(inLocal);
jobContract(inLocal);
test.run();
