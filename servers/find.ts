// Finds a pinned tool: environment variable, then PATH where the pin allows it, then the cache, else gets it.
// Promise: the path is executable and complete; several processes may ask at once; progress is told in lines.
// Never: an unpinned version fetched, or a path that was not checked.
import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fillOnce, toolDir } from './cache.ts';
import { run } from './command.ts';
import { ToolUnavailable } from './errors.ts';
import { buildGoTool } from './gotool.ts';
import {
  type GoSource,
  type NpmSource,
  type Pin,
  type PythonSource,
  pins,
  type ToolName,
  type WheelSource,
} from './pins.ts';
import { currentPlatform } from './platform.ts';
import { installPython } from './python.ts';
import { installWheel } from './wheel.ts';

export interface FoundTool {
  readonly path: string;
  readonly version: string;
  readonly source: 'environment' | 'path' | 'npm' | 'cache' | 'installed';
}

export interface FindOptions {
  readonly progress?: (line: string) => void;
}

export function findTool(name: ToolName, options: FindOptions = {}): Promise<FoundTool> {
  return findPin(pins[name], options);
}

export async function findPin(pin: Pin, { progress = () => {} }: FindOptions = {}): Promise<FoundTool> {
  const found = (await fromEnvironment(pin)) ?? (await fromPath(pin));
  if (found) return found;
  const { source } = pin;
  switch (source.kind) {
    case 'npm':
      return fromNpm(pin, source);
    case 'wheel':
    case 'go':
    case 'python':
      return fromCache(pin, source, progress);
    case 'machine':
      throw new ToolUnavailable(
        pin.name,
        `no '${pin.onPath?.command}' of a version from ${pin.onPath?.atLeast} and below ${pin.onPath?.below} is on PATH.`,
        `Install one, or set ${pin.env} to its path.`,
      );
  }
}

async function fromEnvironment(pin: Pin): Promise<FoundTool | undefined> {
  const path = process.env[pin.env];
  if (!path) return undefined;
  if (!(await isExecutable(path))) {
    throw new ToolUnavailable(
      pin.name,
      `${pin.env} names '${path}', which is not an executable file.`,
      `Correct ${pin.env} or unset it.`,
    );
  }
  return { path, version: (await askVersion(pin, path)) ?? 'unknown', source: 'environment' };
}

/** A copy on PATH whose version is out of range, or cannot be told, is passed over. */
async function fromPath(pin: Pin): Promise<FoundTool | undefined> {
  if (!pin.onPath) return undefined;
  const { command, atLeast, below } = pin.onPath;
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(dir, command);
    if (dir === '' || !(await isExecutable(path))) continue;
    const version = await askVersion(pin, path);
    if (version && compareVersions(version, atLeast) >= 0 && compareVersions(version, below) < 0) {
      return { path, version, source: 'path' };
    }
  }
  return undefined;
}

function fromNpm(pin: Pin, source: NpmSource): FoundTool {
  const platform = currentPlatform();
  const platformPackage = platform && source.platformPackages[platform];
  if (!platformPackage) {
    throw new ToolUnavailable(
      pin.name,
      `${source.package} has no pinned binaries for ${process.platform}-${process.arch}.`,
      `Install it yourself and set ${pin.env} to the path of its '${pin.name}' binary.`,
    );
  }
  try {
    // The platform package is a dependency of the package, not ours, so it is looked up from there.
    const outer = createRequire(import.meta.url).resolve(source.package);
    const inner = createRequire(outer).resolve(platformPackage);
    const path = join(dirname(inner), '..', source.binary);
    if (!existsSync(path)) throw new Error(`${path} does not exist`);
    return { path, version: pin.version, source: 'npm' };
  } catch (error) {
    throw new ToolUnavailable(
      pin.name,
      `the npm package ${platformPackage} is not installed (${error instanceof Error ? error.message : error}).`,
      "Run 'npm ci' without '--omit=optional'.",
      { cause: error },
    );
  }
}

async function fromCache(
  pin: Pin,
  source: WheelSource | GoSource | PythonSource,
  progress: (line: string) => void,
): Promise<FoundTool> {
  const dir = toolDir(pin);
  const fill = (staging: string) => {
    switch (source.kind) {
      case 'wheel':
        return installWheel(pin, source, staging, progress);
      case 'go':
        return buildGoTool(pin, source, staging, progress);
      case 'python':
        return installPython(pin, source, staging, progress);
    }
  };
  const filled = await fillOnce(dir, fill, () =>
    progress(`${pin.name}: another process is installing it, waiting`),
  );
  return { path: join(dir, 'bin', pin.name), version: pin.version, source: filled ? 'installed' : 'cache' };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function askVersion(pin: Pin, path: string): Promise<string | undefined> {
  if (pin.versionArgs.length === 0) return undefined;
  // Terraform would ask its makers for news, and complain of a configuration file that is not there.
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '' };
  try {
    return /\d+\.\d+(\.\d+)?/.exec(await run(path, pin.versionArgs, { env }))?.[0];
  } catch {
    return undefined;
  }
}

/** Compares dotted numbers; a missing part counts as zero. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
