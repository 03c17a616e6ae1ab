// Tests are TypeScript modules, run as ES modules under the pinned Node (see the `test` script).
// Every suite that starts servers owns them, so suites run in two workers at most: CI has two cores.
export default {
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/examples/cdktf/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  maxWorkers: 2,
  testTimeout: 60_000,
};
