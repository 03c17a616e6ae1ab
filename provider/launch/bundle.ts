// Makes the files that a launcher runs: the program as one script, what starts it, and what V8 compiled of it. Promise: the
// same source gives the same bytes, wherever it is built. Never: in the program, what only a client of gRPC needs.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { INVITATION } from '../sdk/protocol/handshake.ts';
import { NODE_FLAGS } from './launcher.ts';
import { noticesFor } from './notices.ts';
import { PROGRAM, programFooter, programHeader, START } from './program.ts';

const providerFolder = join(import.meta.dirname, '..');
const projectFolder = join(providerFolder, '..');
const NOTICES = 'lattice-program.NOTICES.txt';

export async function bundleProgram(folder: string): Promise<void> {
  const common = {
    absWorkingDir: projectFolder,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'error',
  } as const;
  const { metafile } = await build({
    ...common,
    entryPoints: [join(providerFolder, 'main.ts')],
    outfile: join(folder, PROGRAM),
    // Names stay: they stand in the stack traces that users report.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    banner: { js: programHeader },
    footer: { js: programFooter },
    plugins: [onlyGrpcServer, onlyEnglish],
  });
  await writeFile(join(folder, NOTICES), await noticesFor(metafile, projectFolder));
  await build({
    ...common,
    entryPoints: [join(providerFolder, 'launch/start.ts')],
    outfile: join(folder, START),
  });
}

/** Keeps beside the program what this very Node compiles of it; another one would ignore it. */
export async function compileProgram(folder: string, node: string): Promise<void> {
  const flags = [...NODE_FLAGS, '--hash-seed=1', '--no-flush-bytecode', '--no-warnings'];
  const args = [...flags, join(providerFolder, 'launch/compile.ts'), folder];
  await promisify(execFile)(node, args, { env: { ...process.env, ...INVITATION } });
}

const GRPC_SERVER = [
  "export { Server } from '@grpc/grpc-js/build/src/server.js';",
  "export { ServerCredentials } from '@grpc/grpc-js/build/src/server-credentials.js';",
].join('\n');

/** The package's own entry also loads its client: channels, load balancers, resolvers of names. */
const onlyGrpcServer: Plugin = {
  name: 'only-grpc-server',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^@grpc\/grpc-js$/ }, () => ({ path: 'server', namespace: 'grpc' }));
    bundler.onLoad({ filter: /^server$/, namespace: 'grpc' }, () => ({
      contents: GRPC_SERVER,
      resolveDir: providerFolder,
    }));
    // What remains of the client serves metrics and introspection, which nobody registers here.
    bundler.onResolve({ filter: /^(\.\/make-client|@grpc\/proto-loader)$/ }, ({ importer }) =>
      importer.includes('@grpc/grpc-js') ? { path: 'client', namespace: 'left-out' } : undefined,
    );
    leaveOut(bundler);
  },
};

/** Messages of the schema library in fifty languages, of which its English ones are imported by themselves. */
const onlyEnglish: Plugin = {
  name: 'only-english',
  setup: (bundler) => {
    bundler.onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer }) =>
      importer.includes('node_modules/zod/') ? { path: 'locales', namespace: 'left-out' } : undefined,
    );
    leaveOut(bundler);
  },
};

function leaveOut(bundler: Parameters<Plugin['setup']>[0]): void {
  bundler.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: '' }));
}
