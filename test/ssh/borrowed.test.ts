import { test } from 'uvu';
import { jobContract } from '../contract/jobs.ts';
import { inBorrowed } from '../contract/places.ts';
import { programContract } from '../contract/programs.ts';
import { terminalContract } from '../contract/terminals.ts';

programContract(inBorrowed);
jobContract(inBorrowed);
terminalContract(inBorrowed);
test.run();
