// The built program: what it says on stdout, and when it ends.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildMirror, type Mirror } from './build.ts';
import { createCertificate } from './sdk/protocol/certificate.ts';
import { INVITATION } from './sdk/protocol/handshake.ts';
import { startProgram } from './testing/program.ts';

let out = '';
let mirror: Mirror;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'lattice-provider-build-'));
  mirror = await buildMirror({ out });
});

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
});

test('started by hand it says what it is, on stderr, and fails', async () => {
  const program = await startProgram(mirror, {});
  const { exitCode, stdout, stderr } = await program.finished;
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('This is a Terraform provider');
});

test('a client that does not speak protocol 6 is told so', async () => {
  const program = await startProgram(mirror, { ...INVITATION, PLUGIN_PROTOCOL_VERSIONS: '4,5' });
  const { exitCode, stderr } = await program.finished;
  expect(exitCode).toBe(1);
  expect(stderr).toContain('speaks plugin protocol 6 only');
});

test('stdout is the handshake and nothing else; Ctrl-C is ignored, SIGTERM ends it and leaves no socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-sockets-'));
  const program = await startProgram(mirror, {
    ...INVITATION,
    PLUGIN_CLIENT_CERT: createCertificate().certificatePem,
    PLUGIN_UNIX_SOCKET_DIR: folder,
  });
  const line = await program.firstLine;
  const [core, app, network, address, protocol, certificate = ''] = line.split('|');
  expect([core, app, network, protocol]).toEqual(['1', '6', 'unix', 'grpc']);
  expect(address).toContain(folder);
  expect(certificate).toMatch(/^[A-Za-z0-9+/]{300,}$/);
  program.signal('SIGINT');
  program.signal('SIGTERM');
  const { exitCode, stdout, stderr } = await program.finished;
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${line}\n` });
  for (const logged of stderr.trim().split('\n').filter(Boolean))
    expect(JSON.parse(logged)).toMatchObject({ '@module': 'provider' });
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

test('in debug mode it prints how to attach, and Ctrl-C ends it', async () => {
  const program = await startProgram(mirror, {}, ['--debug']);
  const line = await program.firstLine;
  const json = /^TF_REATTACH_PROVIDERS='(.*)'$/.exec(line)?.[1] ?? '';
  expect(JSON.parse(json)).toMatchObject({
    'lattice.dev/lattice/lattice': {
      Protocol: 'grpc',
      ProtocolVersion: 6,
      Test: true,
      Addr: { Network: 'unix' },
    },
  });
  program.signal('SIGINT');
  expect((await program.finished).exitCode).toBe(0);
});

test('the mirror holds one file that core would run', async () => {
  const files = await readdir(mirror.mirrorDir, { recursive: true });
  expect(files.filter((file) => file.includes('terraform-provider-'))).toHaveLength(1);
});
