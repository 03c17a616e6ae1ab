// What the promises that hold against any controller are checked on: a fake in this process, or the controller that
// LATTICE_TEST_ADDRESS and LATTICE_TEST_TOKEN name. Promise: each test has an org of its own, and leaves none behind.

import { randomBytes } from 'node:crypto';
import { setTimeout as nextTurn } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { startFakeController } from './fake-controller.ts';
import { installProvider } from './installed-provider.ts';
import type { Workspace } from './terraform.ts';

export interface AnyController {
  /** Its own org each, so that tests do not meet on one controller; destroyed at the end whatever happened. */
  withOrg(body: (workspace: Workspace, org: string) => Promise<void>): Promise<void>;
  withoutController(body: (workspace: Workspace) => Promise<void>): Promise<void>;
  /** Requests over HTTP as any other client would make them: what happens behind Terraform's back. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Deletes an object behind Terraform's back, and returns when it is gone. */
  removeElsewhere(path: string): Promise<void>;
  close(): Promise<void>;
}

const POLL_MS = 50;

export async function anyController(): Promise<AnyController> {
  const provider = await installProvider();
  const { LATTICE_TEST_ADDRESS: address, LATTICE_TEST_TOKEN: token } = process.env;
  const fake = address === undefined ? await startFakeController() : undefined;
  const environment = {
    LATTICE_ADDRESS: address ?? fake?.endpoint ?? '',
    LATTICE_TOKEN: token ?? fake?.token ?? '',
  };
  const request: AnyController['request'] = async (method, path, body, headers = {}) =>
    await fetch(`${environment.LATTICE_ADDRESS}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${environment.LATTICE_TOKEN}`,
        'lattice-owner': 'terraform/default',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    withOrg: async (body) => {
      const org = `t${randomBytes(5).toString('hex')}`;
      await provider.inTerraform(environment, async (workspace) => {
        try {
          await body(workspace, org);
        } finally {
          await workspace.destroy('-refresh=false');
        }
      });
    },
    withoutController: (body) => provider.inTerraform({}, body),
    request,
    removeElsewhere: async (path) => {
      expect((await request('DELETE', path)).status).toBe(202);
      while ((await request('GET', path)).status !== 404) await nextTurn(POLL_MS);
    },
    close: async () => {
      await fake?.close();
      await provider.remove();
    },
  };
}

export const orgAndBudget = (org: string, budget = '') => `
  resource "lattice_org" "it" {
    name = "${org}"
  }
  resource "lattice_budget" "root" {
    org  = lattice_org.it.name
    name = "root"
    ${budget}
  }`;
