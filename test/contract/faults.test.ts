import { test } from 'uvu';
import { faultsContract } from './faults.ts';

faultsContract('builtin');
test.run();
