/**
 * Mutation testing of `src/signing/`: what is mutated, and which tests have to notice; see docs/mutation.md.
 * `make mutate` runs every group, `make mutate GROUPS=http-sig` one, and `FILES=src/signing/xml/scan.ts:40-60`
 * parts of a group.
 */
const xmlTests = [
  // In order of speed, because a mutant's run ends at the first test that fails.
  'dist/tests/attacks/wss/wss.test.js',
  'dist/tests/interop/golden.test.js',
  'dist/tests/signing/wss-x509-integrity.test.js',
  'dist/tests/signing/xml/verify-envelope.test.js',
  'dist/tests/signing/xml/c14n.test.js',
  'dist/tests/attacks/profiles/soap.test.js',
  'dist/tests/signing/xml/parse-differential.test.js',
];
const jwsTests = [
  'dist/tests/attacks/http-sig/jws-detached.test.js',
  'dist/tests/attacks/profiles/jws-detached-http.test.js',
  'dist/tests/signing/jws-detached.test.js',
];
const threads = ['verify-in-worker', 'verify-worker', 'verify-task'].map((name) => `src/signing/xml/${name}.ts`);

const groups = {
  xml: {
    mutate: ['src/signing/xml/*.ts', ...threads.map((file) => `!${file}`)],
    spec: xmlTests,
  },
  // Which mutant is active is only known to the main thread, unless the environment says it: one process a mutant.
  'xml-threads': {
    mutate: threads,
    command: `../../../node_modules/.bin/mocha --no-config --exit --timeout 20000 --bail dist/tests/signing/xml/verify-in-worker.test.js`,
  },
  'http-sig': {
    mutate: ['src/signing/http-sig/*.ts', 'src/signing/content-digest.ts'],
    spec: ['dist/tests/attacks/http-sig/re*.test.js', 'dist/tests/signing/http-sig/*.test.js'],
  },
  jws: {
    mutate: ['src/signing/jws-detached.ts', 'src/signing/jose-header.ts', 'src/signing/event-signature.ts'],
    spec: [...jwsTests, 'dist/tests/attacks/modi-rest/*.test.js', 'dist/tests/signing/kafka-event/*.test.js'],
  },
  'modi-rest': {
    mutate: ['src/signing/modi-rest/*.ts'],
    spec: ['dist/tests/attacks/modi-rest/*.test.js', 'dist/tests/signing/modi-rest/*.test.js'],
  },
  'kafka-event': {
    mutate: ['src/signing/kafka-event/*.ts'],
    spec: ['dist/tests/attacks/kafka-event/*.test.js', 'dist/tests/signing/kafka-event/*.test.js'],
  },
  profiles: {
    mutate: ['src/signing/profiles/*.ts', 'src/signing/wss-x509-integrity.ts'],
    spec: [
      'dist/tests/attacks/profiles/*.test.js',
      'dist/tests/attacks/{modi-rest,kafka-event}/*.test.js',
      'dist/tests/signing/profiles/*.test.js',
      'dist/tests/signing/{modi-rest,kafka-event}/*.test.js',
      'dist/tests/signing/wss-x509-integrity.test.js',
    ],
  },
  keys: {
    mutate: [
      'src/signing/{certificate-use,file-signer,key-algorithm,key-files,key-file-unusable,key-making}.ts',
      'src/signing/development-keys.ts',
    ],
    spec: [
      'dist/tests/signing/{key-files,file-signer,development-keys}.test.js',
      'dist/tests/attacks/http-sig/request.test.js',
      'dist/tests/trust/{revocation,current-signer}.test.js',
    ],
  },
};

const name = process.env.MUTATE ?? 'xml';
const group = groups[name];
if (group === undefined) throw new Error(`No group ${name}; there are ${Object.keys(groups).join(', ')}.`);
const files = process.env.MUTATE_FILES?.split(',') ?? group.mutate;

export default {
  mutate: files,
  ...(group.command === undefined
    ? { testRunner: 'mocha', coverageAnalysis: 'perTest' }
    : { testRunner: 'command', commandRunner: { command: group.command }, coverageAnalysis: 'off' }),
  mochaOptions: { 'no-config': true, 'no-package': true, spec: group.spec ?? [] },
  buildCommand: 'tsc -p tsconfig.json',
  // The sandbox lies in the repository, so node_modules and tsconfig.json are found as they are.
  symlinkNodeModules: false,
  tsconfigFile: 'none',
  // Tables and constants: each of their mutants costs a new process and all tests. MUTATE_STATIC=1 runs them.
  ignoreStatic: process.env.MUTATE_STATIC !== '1' && group.command === undefined,
  concurrency: Number(process.env.MUTATE_PROCESSES ?? 1),
  timeoutMS: 20_000,
  timeoutFactor: 3,
  tempDirName: `.stryker/tmp-${name}`,
  ignorePatterns: ['.stryker', '.kafka', '.interop', '.node24', '.ura', 'dist'],
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `.stryker/report/${name}${process.env.MUTATE_REPORT ?? ''}.json` },
  clearTextReporter: { reportTests: false, logTests: false },
  allowConsoleColors: false,
};
