import { test } from 'uvu';
import { inSsh } from './places.ts';
import { programContract } from './programs.ts';

programContract(inSsh);
test.run();
