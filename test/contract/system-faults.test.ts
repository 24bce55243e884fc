import { test } from 'uvu';
import { faultsContract } from './faults.ts';

faultsContract('system');
test.run();
