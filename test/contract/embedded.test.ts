import { test } from 'uvu';
import { jobContract } from './jobs.ts';
import { inEmbedded } from './places.ts';
import { programContract } from './programs.ts';
import { terminalContract } from './terminals.ts';

programContract(inEmbedded);
jobContract(inEmbedded);
terminalContract(inEmbedded);
test.run();
