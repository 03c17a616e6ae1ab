// The calls of the provider service, each as a few conversions around the plain service. Promise: every failure is an
// answer with a diagnostic, since core shows a failed call as "Plugin error" and nothing else.

import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { normalize } from '../cty/text.ts';
import { type Diagnostic, problem } from '../diagnostics.ts';
import { ArgumentError } from '../functions/function.ts';
import { log } from '../log.ts';
import { REPORT } from '../plan/plan.ts';
import { decodePrivate, encodePrivate, type ResourceType } from '../resource/resource.ts';
import { type Service, unknownType } from '../service.ts';
import {
  type DiagnosticInit,
  decodeArguments,
  decodeObject,
  diagnosticMessage,
  encodeObject,
  encodeResult,
  functionMessage,
  pathMessage,
  requireObject,
  schemaMessage,
} from './convert.ts';
import { type CallFunction_ResponseSchema, type DynamicValue, Provider } from './generated/tfplugin6_pb.js';
import { type Call, unary } from './rpc.ts';

const capabilities = { planDestroy: true, getProviderSchemaOptional: true, moveResourceState: false };

export function providerCalls(service: Service): Call[] {
  const { method } = Provider;
  return [
    reporting(method.getMetadata, told, () => ({
      serverCapabilities: capabilities,
      resources: [...service.resources.keys()].map((typeName) => ({ typeName })),
      dataSources: [...service.dataSources.keys()].map((typeName) => ({ typeName })),
      functions: [...service.functions.keys()].map((name) => ({ name })),
    })),
    reporting(method.getProviderSchema, told, () => ({
      provider: schemaMessage(service.provider),
      resourceSchemas: schemaMessages(service.resources),
      dataSourceSchemas: schemaMessages(service.dataSources),
      serverCapabilities: capabilities,
      functions: functionMessages(service),
    })),
    reporting(method.getResourceIdentitySchemas, told, () => ({})),
    reporting(method.getFunctions, told, () => ({ functions: functionMessages(service) })),
    unary(method.callFunction, async ({ name, arguments: given }) => await answerOf(service, name, given)),
    reporting(method.validateProviderConfig, told, ({ config }) =>
      diagnosed(service.validateProvider(requireObject(service.provider, config))),
    ),
    reporting(method.configureProvider, told, ({ config }) =>
      diagnosed(service.configure(requireObject(service.provider, config))),
    ),
    reporting(method.validateResourceConfig, told, ({ typeName, config }) => {
      const type = typeNamed(service.resources, typeName);
      return diagnosed(service.validate(type, requireObject(type.schema, config)));
    }),
    reporting(method.validateDataResourceConfig, told, ({ typeName, config }) => {
      const type = typeNamed(service.dataSources, typeName);
      return diagnosed(service.validate(type, requireObject(type.schema, config)));
    }),
    reporting(method.upgradeResourceState, told, ({ typeName, rawState }) => {
      const type = typeNamed(service.resources, typeName);
      const state = service.upgrade(type, rawState?.json ?? new Uint8Array());
      return { upgradedState: encodeObject(type.schema, state) };
    }),
    reporting(method.readResource, told, async ({ typeName, currentState, private: kept }) => {
      const type = typeNamed(service.resources, typeName);
      const outcome = await service.read(type, requireObject(type.schema, currentState), decodePrivate(kept));
      return {
        newState: encodeObject(type.schema, outcome.state),
        private: encodePrivate(outcome.private),
        ...diagnosed(outcome.diagnostics),
      };
    }),
    reporting(method.planResourceChange, told, async (request) => {
      const type = typeNamed(service.resources, request.typeName);
      const answer = await service.plan(type, {
        prior: decodeObject(type.schema, request.priorState),
        proposed: decodeObject(type.schema, request.proposedNewState),
        config: decodeObject(type.schema, request.config),
        private: decodePrivate(request.priorPrivate),
      });
      return {
        plannedState: encodeObject(type.schema, answer.planned),
        requiresReplace: answer.replacedBy.map(pathMessage),
        plannedPrivate: encodePrivate(answer.private),
        ...diagnosed(answer.diagnostics),
      };
    }),
    reporting(method.applyResourceChange, told, async (request) => {
      const type = typeNamed(service.resources, request.typeName);
      const outcome = await service.apply(type, {
        prior: decodeObject(type.schema, request.priorState),
        planned: decodeObject(type.schema, request.plannedState),
        private: decodePrivate(request.plannedPrivate),
      });
      return {
        newState: encodeObject(type.schema, outcome.state),
        private: encodePrivate(outcome.private),
        ...diagnosed(outcome.diagnostics),
      };
    }),
    reporting(method.importResourceState, told, ({ typeName, id }) => {
      const type = typeNamed(service.resources, typeName);
      const { state, diagnostics } = service.import(type, id);
      const imported = state === null ? [] : [{ typeName, state: encodeObject(type.schema, state) }];
      return { importedResources: imported, ...diagnosed(diagnostics) };
    }),
    reporting(method.readDataSource, told, async ({ typeName, config }) => {
      const type = typeNamed(service.dataSources, typeName);
      const answer = await service.readData(typeName, requireObject(type.schema, config));
      return { state: encodeObject(type.schema, answer.state), ...diagnosed(answer.diagnostics) };
    }),
    unary(method.stopProvider, () => {
      service.stop();
      return {};
    }),
  ];
}

class UnknownTypeError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(name: string) {
    super(`unknown type ${name}`);
    this.diagnostic = unknownType(name);
  }
}

function typeNamed(types: ReadonlyMap<string, ResourceType>, name: string): ResourceType {
  const type = types.get(name);
  if (type === undefined) throw new UnknownTypeError(name);
  return type;
}

const functionMessages = (service: Service) =>
  Object.fromEntries([...service.functions].map(([name, each]) => [name, functionMessage(each)]));

/** A function has no diagnostics: it answers, or says which argument is wrong. */
async function answerOf(
  service: Service,
  name: string,
  given: readonly DynamicValue[],
): Promise<MessageInitShape<typeof CallFunction_ResponseSchema>> {
  const called = service.functions.get(name);
  if (called === undefined) return { error: { text: `This provider has no function "${name}".` } };
  try {
    return { result: encodeResult(called, await called.call(decodeArguments(called, given))) };
  } catch (error) {
    if (error instanceof ArgumentError)
      return { error: { text: normalize(error.message), functionArgument: BigInt(error.argument) } };
    log('error', 'function failed', { name, error: error instanceof Error ? error.stack : String(error) });
    return { error: { text: normalize(`The provider failed in ${name}: ${String(error)}. ${REPORT}`) } };
  }
}

function schemaMessages(types: ReadonlyMap<string, ResourceType>) {
  return Object.fromEntries([...types].map(([name, { schema }]) => [name, schemaMessage(schema)]));
}

const diagnosed = (diagnostics: readonly Diagnostic[]) => ({
  diagnostics: diagnostics.map(diagnosticMessage),
});
const told = (diagnostics: DiagnosticInit[]) => ({ diagnostics });

/** A call whose failure becomes a diagnostic. `tell` makes the answer of one, checked against the call's own type. */
function reporting<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  tell: (diagnostics: DiagnosticInit[]) => MessageInitShape<O>,
  answer: (request: MessageShape<I>) => Promise<MessageInitShape<O>> | MessageInitShape<O>,
): Call {
  return unary(method, async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      if (error instanceof UnknownTypeError) return tell([diagnosticMessage(error.diagnostic)]);
      const message = error instanceof Error ? error.message : String(error);
      log('error', 'call failed', {
        call: method.name,
        error: error instanceof Error ? error.stack : message,
      });
      return tell([
        diagnosticMessage(problem(`The provider failed in ${method.name}`, `${message}. ${REPORT}`)),
      ]);
    }
  });
}
