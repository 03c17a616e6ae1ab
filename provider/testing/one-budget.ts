// What is disturbed where something goes wrong: the budget `root` of the org `acme`, and the requests that are about it.

import type { Seen } from './fake-controller.ts';

export const ORG = 'resource "lattice_org" "acme" { name = "acme" }';
export const budget = (rest = ''): string => `${ORG}
  resource "lattice_budget" "root" {
    org  = lattice_org.acme.name
    name = "root"
    ${rest}
  }`;
/** Its key in the fake's store. */
export const ROOT = 'Budget/acme/root';

export const isCreate = ({ method, path }: Seen): boolean =>
  method === 'POST' && path === '/v1/orgs/acme/budgets';
export const isUpdate = ({ method, path }: Seen): boolean =>
  method === 'PUT' && path === '/v1/orgs/acme/budgets/root';
export const isDelete = ({ method, path }: Seen): boolean =>
  method === 'DELETE' && path === '/v1/orgs/acme/budgets/root';
export const isRead = ({ method, path }: Seen): boolean =>
  method === 'GET' && path === '/v1/orgs/acme/budgets/root';
export const isDryRun = ({ method, path }: Seen): boolean => method === 'POST' && path === '/v1/plan';
