import { test } from 'uvu';
import { jobContract } from './jobs.ts';
import { inSystemSsh } from './places.ts';
import { programContract } from './programs.ts';
import { terminalContract } from './terminals.ts';

programContract(inSystemSsh);
jobContract(inSystemSsh);
terminalContract(inSystemSsh);
test.run();
