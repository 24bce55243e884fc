import { test } from 'uvu';
import { jobContract } from './jobs.ts';
import { inEmbedded } from './places.ts';
import { programContract } from './programs.ts';

programContract(inEmbedded);
jobContract(inEmbedded);
test.run();
