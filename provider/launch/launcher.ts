// The script that Terraform runs as the provider. Promise: it replaces itself by Node, so that signals and the parent's
// process id are right. Never: another program on the way, each of which costs milliseconds at every start.

import { START } from './program.ts';

/**
 * In MiB. A start allocates less than that, so it ends before the first collection of garbage; without the upper bound the
 * young generation grows to twice as much under load, and a thousand objects take 80 MiB more.
 */
const SEMI_SPACE = 8;
export const NODE_FLAGS = [`--min-semi-space-size=${SEMI_SPACE}`, `--max-semi-space-size=${SEMI_SPACE}`];

/** `node` is a path, or the name of a file beside the launcher. */
export function launcherScript(node: { readonly path: string } | { readonly beside: string }): string {
  const program = 'path' in node ? quoted(node.path) : `"$here"/${quoted(node.beside)}`;
  return [
    '#!/bin/sh',
    '# The folder is found through the link that init makes.',
    `here=\${0%/*}`,
    `exec ${program} ${NODE_FLAGS.join(' ')} "$here"/${START} "$@"`,
    '',
  ].join('\n');
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
