// Managed resources, from validation to removal: each call is decoded, answered by the resource and encoded.

import { problem } from '../diagnostics.ts';
import { applyChange } from '../plan/apply.ts';
import { planChange } from '../plan/change.ts';
import { configurationOf } from '../plan/configuration.ts';
import {
  decodeKnownObject,
  decodeObject,
  decodePrivate,
  decodeRawIdentity,
  encodeIdentity,
  encodeObject,
  encodePrivate,
  identityMessage,
  pathMessage,
} from '../protocol/convert.ts';
import { ProviderDefinition } from '../protocol/generated/tfplugin6.ts';
import type { Call } from '../protocol/rpc.ts';
import type { Provider } from '../provider.ts';
import type { Configuration } from './configuration.ts';
import { diagnosed, named, reporting, told } from './reporting.ts';

export function resourceCalls(provider: Provider, configuration: Configuration): Call[] {
  const { methods } = ProviderDefinition;
  const typeNamed = (name: string) => named(provider.resources, name);
  return [
    reporting(methods.validateResourceConfig, told, ({ typeName, config }) => {
      const type = typeNamed(typeName);
      return diagnosed(type.validate(decodeKnownObject(type.schema, config)));
    }),
    reporting(methods.upgradeResourceState, told, ({ typeName, version, rawState }) => {
      const type = typeNamed(typeName);
      const state = type.upgrade(Number(version), rawState?.json ?? new Uint8Array());
      return { upgradedState: encodeObject(type.schema, state) };
    }),
    reporting(methods.upgradeResourceIdentity, told, ({ typeName, rawIdentity }) => {
      const { identity } = typeNamed(typeName);
      if (identity === undefined) return diagnosed([NO_IDENTITY]);
      const upgraded = decodeRawIdentity(identity.schema, rawIdentity?.json ?? new Uint8Array());
      return { upgradedIdentity: encodeIdentity(identity.schema, upgraded) };
    }),
    reporting(methods.readResource, told, async ({ typeName, currentState, ...request }) => {
      const type = typeNamed(typeName);
      const state = decodeKnownObject(type.schema, currentState);
      const kept = decodePrivate(request.private);
      const deferral = configuration.deferral(request.clientCapabilities);
      const outcome =
        deferral.deferred === undefined
          ? await type.read({ state, private: kept })
          : { state, private: kept, diagnostics: [] };
      return {
        newState: encodeObject(type.schema, outcome.state),
        private: encodePrivate(outcome.private),
        ...identityMessage('newIdentity', type.identity, outcome.state),
        ...deferral,
        ...diagnosed(outcome.diagnostics),
      };
    }),
    reporting(methods.planResourceChange, told, async (request) => {
      const type = typeNamed(request.typeName);
      const change = {
        prior: decodeObject(type.schema, request.priorState),
        proposed: decodeObject(type.schema, request.proposedNewState),
        config: decodeObject(type.schema, request.config),
        private: decodePrivate(request.priorPrivate),
      };
      const deferral = configuration.deferral(request.clientCapabilities);
      const plan = await planChange(type, change, deferral.deferred === undefined);
      return {
        plannedState: encodeObject(type.schema, plan.planned),
        requiresReplace: plan.replacedBy.map(pathMessage),
        plannedPrivate: encodePrivate(plan.private),
        ...identityMessage('plannedIdentity', type.identity, plan.planned),
        ...deferral,
        ...diagnosed(plan.diagnostics),
      };
    }),
    reporting(methods.applyResourceChange, told, async (request) => {
      const type = typeNamed(request.typeName);
      const outcome = await applyChange(type, {
        prior: decodeObject(type.schema, request.priorState),
        planned: decodeObject(type.schema, request.plannedState),
        config: decodeObject(type.schema, request.config),
        private: decodePrivate(request.plannedPrivate),
      });
      return {
        newState: encodeObject(type.schema, outcome.state),
        private: encodePrivate(outcome.private),
        ...identityMessage('newIdentity', type.identity, outcome.state),
        ...diagnosed(outcome.diagnostics),
      };
    }),
    reporting(methods.importResourceState, told, ({ typeName, id, identity }) => {
      const type = typeNamed(typeName);
      const given =
        identity?.identityData === undefined || type.identity === undefined
          ? { id }
          : { identity: decodeKnownObject(type.identity.schema, identity.identityData) };
      const { state, private: kept, diagnostics } = type.import(given);
      if (state === null) return diagnosed(diagnostics);
      const imported = {
        typeName,
        state: encodeObject(type.schema, state),
        private: encodePrivate(kept),
        ...identityMessage('identity', type.identity, state),
      };
      return { importedResources: [imported], ...diagnosed(diagnostics) };
    }),
    reporting(methods.moveResourceState, told, (request) => {
      const type = typeNamed(request.targetTypeName);
      const state = type.move?.({
        providerAddress: request.sourceProviderAddress,
        typeName: request.sourceTypeName,
        schemaVersion: Number(request.sourceSchemaVersion),
        state: request.sourceState?.json ?? new Uint8Array(),
      });
      if (state === undefined)
        return diagnosed([
          problem(
            'It cannot be moved',
            `A ${request.sourceTypeName} of ${request.sourceProviderAddress} cannot become a ${request.targetTypeName}. Take ` +
              'it out of the state with a removed block, and import it.',
          ),
        ]);
      return {
        targetState: encodeObject(type.schema, state),
        ...identityMessage('targetIdentity', type.identity, state),
      };
    }),
    reporting(methods.generateResourceConfig, told, ({ typeName, state }) => {
      const { schema } = typeNamed(typeName);
      const config = configurationOf(schema.attributes, decodeKnownObject(schema, state));
      return { config: encodeObject(schema, config) };
    }),
  ];
}

const NO_IDENTITY = problem(
  'It has no identity',
  'This version of the provider gives this type no identity.',
);
