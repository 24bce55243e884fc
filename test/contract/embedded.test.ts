import { test } from 'uvu';
import { inEmbedded } from './places.ts';
import { programContract } from './programs.ts';

programContract(inEmbedded);
test.run();
