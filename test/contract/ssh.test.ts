import { test } from 'uvu';
import { jobContract } from './jobs.ts';
import { inSsh } from './places.ts';
import { programContract } from './programs.ts';
import { terminalContract } from './terminals.ts';

programContract(inSsh);
jobContract(inSsh);
terminalContract(inSsh);
test.run();
