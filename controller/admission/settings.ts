// What the operator lets people declare. One frozen value, made from the configuration at the start; it travels with the
// caller, so that every source brings it and none can forget it unnoticed: without it nothing is let.

import type { Config } from '../../config/definition.ts';

export type AdmissionSettings = Readonly<
  Pick<
    Config,
    'secretEnvOrgs' | 'secretFileOrgs' | 'secretsDirectory' | 'egressAllow' | 'egressAllowLoopback'
  >
>;

export const nothingAllowed: AdmissionSettings = Object.freeze({
  secretEnvOrgs: [],
  secretFileOrgs: [],
  egressAllow: [],
  egressAllowLoopback: false,
});

export function admissionSettings(config: Config): AdmissionSettings {
  return Object.freeze({
    secretEnvOrgs: config.secretEnvOrgs,
    secretFileOrgs: config.secretFileOrgs,
    ...(config.secretsDirectory !== undefined && { secretsDirectory: config.secretsDirectory }),
    egressAllow: config.egressAllow,
    egressAllowLoopback: config.egressAllowLoopback,
  });
}
