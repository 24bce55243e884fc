/** The seed of every test run; a long run takes any other. */
export const SHORT_SEED = 'sbx';
