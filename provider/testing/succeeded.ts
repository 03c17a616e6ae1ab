// A run that has to succeed: one that does not shows all that Terraform said.

import { expect } from '@jest/globals';
import type { Run } from './terraform.ts';

export function succeeded({ exitCode, output }: Run): void {
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
}
