// Installs a pinned Python program, and all that it imports, into a folder of its own.
// Promise: pip checks the hash of every wheel against the list; the launcher runs the Python that it was installed for.
// Never: a package that the list does not name, a build from source, or an install into the machine's Python.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { run } from './command.ts';
import { ToolUnavailable } from './errors.ts';
import type { Pin, PythonSource } from './pins.ts';
import { runPip } from './pip.ts';

/** Leaves a launcher at `<staging>/bin/<name>` and the packages at `<staging>/lib`. */
export async function installPython(
  pin: Pin,
  source: PythonSource,
  staging: string,
  progress: (line: string) => void,
): Promise<void> {
  const requirements = resolve(import.meta.dirname, source.requirements);
  await checkPinned(pin, requirements, source.sha256);
  const own = resolve(import.meta.dirname, `${source.module}.py`);
  if (source.own !== undefined) await checkPinned(pin, own, source.own.sha256);
  progress(`${pin.name}: installing ${pin.version} with pip`);
  const checked = ['--require-hashes', '--only-binary=:all:', '--requirement', requirements];
  await runPip(pin, ['install', '--quiet', '--no-compile', '--target', join(staging, 'lib'), ...checked]);
  if (source.own !== undefined) await copyFile(own, join(staging, 'lib', basename(own)));
  // By its own path: the wheels with native code fit this Python, not whichever `python3` is later.
  const python = (await run('python3', ['-c', 'import sys; print(sys.executable)'])).trim();
  const launcher = join(staging, 'bin', pin.name);
  await mkdir(join(staging, 'bin'));
  await writeFile(
    launcher,
    `#!/bin/sh
PYTHONPATH="$(dirname "$0")/../lib" exec '${python}' -m ${source.module} "$@"
`,
    { mode: 0o755 },
  );
}

/** Throws where a file beside the pins is not the one that they name: what is cached by its hash would be another. */
async function checkPinned(pin: Pin, file: string, sha256: string): Promise<void> {
  const actual = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if (actual === sha256) return;
  throw new ToolUnavailable(
    pin.name,
    `${basename(file)} has SHA-256 ${actual}, but ${sha256} is pinned.`,
    'Nothing was installed. After a change of that file, change its SHA-256 in pins.ts too.',
  );
}
