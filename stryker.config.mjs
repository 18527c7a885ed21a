/**
 * Mutation testing of `src/signing/`: what is mutated, and which tests have to notice; see docs/mutation.md.
 * `make mutate` runs every group, `make mutate ARGS=http-sig` one. MUTATE_FILES=src/signing/xml/scan.ts:40-60 mutates
 * only that.
 */
const xml = (names) => names.split(' ').map((name) => `src/signing/xml/${name}.ts`);
// In order of speed, because a mutant's run ends at the first test that fails. Commas between braces are not
// understood in these names.
const xmlTests = [
  'dist/tests/attacks/wss/wss.test.js',
  'dist/tests/interop/golden.test.js',
  'dist/tests/signing/wss-x509-integrity.test.js',
  'dist/tests/signing/xml/verify-envelope.test.js',
  'dist/tests/signing/xml/accepted-spellings.test.js',
  'dist/tests/signing/xml/qname-values.test.js',
];
const jwsTests = [
  'dist/tests/attacks/http-sig/jws-detached.test.js',
  'dist/tests/attacks/profiles/jws-detached-http.test.js',
  'dist/tests/signing/jws-detached.test.js',
];

const groups = {
  'xml-verify': {
    mutate: xml(
      'verify-envelope read-signature select-key locate-parts check-confirmation check-digests check-ids algorithms ' +
        'digest expectation qname-values rebuild-envelope tree',
    ),
    spec: [
      ...xmlTests,
      'dist/tests/attacks/profiles/soap.test.js',
      'dist/tests/signing/profiles/soap-profiles.test.js',
    ],
  },
  'xml-values': {
    mutate: xml('base64 check-timestamp names'),
    spec: ['dist/tests/signing/xml/check-timestamp.test.js', 'dist/tests/attacks/wss/wss.test.js'],
  },
  'xml-parse': {
    remembers: true,
    mutate: xml(
      'scan scan-data scanned-element qualified-names references source parse characters decode decode-text ' +
        'attribute-rules limits name-texts reference-count scan-attributes',
    ),
    spec: [
      'dist/tests/signing/xml/limits.test.js',
      'dist/tests/signing/xml/scan*.test.js',
      'dist/tests/signing/xml/plain-records.test.js',
      'dist/tests/signing/xml/reference-count.test.js',
      'dist/tests/signing/xml/repeated-content.test.js',
      ...xmlTests,
      'dist/tests/signing/xml/c14n.test.js',
      'dist/tests/signing/xml/parse-differential.test.js',
    ],
  },
  'xml-c14n': {
    mutate: xml('c14n canonical-* escape pieces write-declarations'),
    remembers: true,
    spec: [
      'dist/tests/signing/xml/pieces.test.js',
      'dist/tests/signing/xml/c14n.test.js',
      'dist/tests/signing/xml/sign-envelope.test.js',
      ...xmlTests,
      'dist/tests/signing/xml/scan-text.test.js',
    ],
  },
  'xml-sign': {
    remembers: true,
    mutate: xml('sign-envelope signed-part'),
    spec: [
      'dist/tests/signing/xml/sign-envelope.test.js',
      'dist/tests/signing/xml/repeated-content.test.js',
      ...xmlTests,
    ],
  },
  // Which mutant is active is only known to the main thread, unless the environment says it: one process a mutant.
  'xml-threads': {
    mutate: [...xml('verify-in-worker verify-worker verify-task'), 'src/threads.ts'],
    command:
      '../../../node_modules/.bin/mocha --no-config --exit --timeout 20000 --bail dist/tests/threads.test.js dist/tests/signing/xml/verify-in-worker.test.js',
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
      'dist/tests/attacks/modi-rest/*.test.js',
      'dist/tests/attacks/kafka-event/*.test.js',
      'dist/tests/signing/profiles/*.test.js',
      'dist/tests/signing/modi-rest/*.test.js',
      'dist/tests/signing/kafka-event/*.test.js',
      'dist/tests/signing/wss-x509-integrity.test.js',
    ],
  },
  keys: {
    mutate: ['certificate-use', 'file-signer', 'key-algorithm', 'key-files', 'key-file-unusable'].map(
      (name) => `src/signing/${name}.ts`,
    ),
    spec: [
      'dist/tests/signing/key-making.test.js',
      'dist/tests/signing/key-files.test.js',
      'dist/tests/signing/file-signer.test.js',
      'dist/tests/attacks/wss/wss.test.js',
      'dist/tests/signing/development-keys.test.js',
    ],
  },
  'key-making': {
    mutate: ['src/signing/development-keys.ts', 'src/signing/key-making.ts'],
    spec: [
      'dist/tests/signing/key-making.test.js',
      'dist/tests/signing/key-files.test.js',
      'dist/tests/signing/development-keys.test.js',
    ],
  },
};

const name = process.env.MUTATE ?? 'xml-verify';
const group = groups[name];
if (group === undefined) throw new Error(`No group ${name}; there are ${Object.keys(groups).join(', ')}.`);
const files = process.env.MUTATE_FILES?.split(',') ?? group.mutate;
const spec = process.env.MUTATE_TESTS?.split(',') ?? group.spec ?? [];

// What the tests do many times to be thorough or to be measured, they do less often for each mutant.
process.env.URA_ATTACK_WARM_UPS ??= '0';
process.env.URA_C14N_COMPARISONS ??= '500';
process.env.URA_PARSE_MUTATIONS ??= '500';

export default {
  mutate: files,
  ...(group.command === undefined
    ? { testRunner: 'mocha', coverageAnalysis: 'perTest' }
    : { testRunner: 'command', commandRunner: { command: group.command }, coverageAnalysis: 'off' }),
  mochaOptions: { 'no-config': true, 'no-package': true, spec },
  buildCommand: 'tsc -p tsconfig.json',
  // The sandbox lies in the repository, so node_modules and tsconfig.json are found as they are.
  symlinkNodeModules: false,
  // Where something is remembered from one message to the next, a mutant would leave its mark for those after it, and
  // they would count as noticed.
  maxTestRunnerReuse: (process.env.MUTATE_FRESH ?? (group.remembers ? '1' : '0')) === '1' ? 1 : 0,
  tsconfigFile: 'none',
  // Tables and constants: each of their mutants costs a new process and all tests. MUTATE_STATIC=1 runs them.
  ignoreStatic: process.env.MUTATE_STATIC !== '1' && group.command === undefined,
  concurrency: Number(process.env.MUTATE_PROCESSES ?? 1),
  timeoutMS: 8_000,
  timeoutFactor: 2,
  tempDirName: `.stryker/tmp-${name}`,
  ignorePatterns: ['.stryker', '.kafka', '.interop', '.node24', '.ura', 'dist'],
  reporters: ['progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: `.stryker/report/${name}${process.env.MUTATE_REPORT ?? ''}.json` },
  clearTextReporter: { reportTests: false, logTests: false },
  allowConsoleColors: false,
};
