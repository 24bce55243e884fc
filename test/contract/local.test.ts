import { test } from 'uvu';
import { inLocal } from './places.ts';
import { programContract } from './programs.ts';

programContract(inLocal);
test.run();
