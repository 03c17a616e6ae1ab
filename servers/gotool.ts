// Builds a pinned Go command as the tool of a small generated module, so that replace lines work.
// Promise: the module's hash is checked before the build; Go's own checksum database covers its dependencies.
// Never: a build of a version or hash that pins.ts does not name.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandFailed, CommandMissing, run } from './command.ts';
import { ToolUnavailable } from './errors.ts';
import type { GoSource, Pin } from './pins.ts';

const downloaded = z.object({ Sum: z.string() });

/** Leaves the binary at `<staging>/bin/<name>`. */
export async function buildGoTool(
  pin: Pin,
  source: GoSource,
  staging: string,
  progress: (line: string) => void,
): Promise<void> {
  const module = join(staging, 'module');
  const say = (line: string) => progress(`${pin.name}: ${line}`);
  await mkdir(module);
  await writeFile(join(module, 'go.mod'), goMod(pin, source));
  // The proxy's own words ("downloading ...") are the only progress there is in a build of minutes.
  const go = (...args: string[]) =>
    goCommand(pin, args, module, (line) => line.startsWith('go: downloading') && say(line.slice(4)));

  say(`downloading ${source.module} v${pin.version} with go`);
  const { Sum } = downloaded.parse(
    JSON.parse(await go('mod', 'download', '-json', `${source.module}@v${pin.version}`)),
  );
  if (Sum !== source.sum) {
    throw new ToolUnavailable(
      pin.name,
      `${source.module} v${pin.version} has hash ${Sum}, but ${source.sum} is pinned.`,
      'Nothing was built. Find out which Go module proxy is used here and why it serves another module.',
    );
  }
  // Not `go mod tidy`: it reads the whole module graph, which names versions that the proxy no longer serves.
  await go('get', '-tool', `${source.command}@v${pin.version}`);
  say(`building, about ${source.buildMinutes} min on two cores`);
  const tags = source.tags.length > 0 ? ['-tags', source.tags.join(',')] : [];
  const ldflags = source.ldflags ? [`-ldflags=${source.ldflags.join(' ')}`] : [];
  await go('build', '-trimpath', ...tags, ...ldflags, '-o', join(staging, 'bin', pin.name), source.command);
  await rm(module, { recursive: true });
}

function goMod(pin: Pin, source: GoSource): string {
  const replaces = Object.entries(source.replaces).map(([from, to]) => `replace ${from} => ${to}\n`);
  return `module lattice.dev/tools/${pin.name}\n\n${replaces.join('')}`;
}

async function goCommand(
  pin: Pin,
  args: string[],
  cwd: string,
  onLine: (line: string) => void,
): Promise<string> {
  const remedy =
    `Install Go, or install ${pin.name} ${pin.version} yourself and set ${pin.env} to its path` +
    `${pin.onPath ? ' (or put it on PATH)' : ''}.`;
  try {
    return await run('go', args, { cwd, onLine, env: { ...process.env, GOWORK: 'off', GOFLAGS: '' } });
  } catch (error) {
    if (error instanceof CommandMissing || error instanceof CommandFailed) {
      throw new ToolUnavailable(pin.name, error.message, remedy, { cause: error });
    }
    throw error;
  }
}
