// What one configured provider process knows: the controller, what it has planned, which objects the state holds, and
// whether Terraform said stop. A new configuration begins a new session, as in debug mode, where the process stays.

import { type Controller, connect } from './http/controller.ts';
import { beginOperation, type Operation } from './http/operation.ts';
import type { Target } from './http/transport.ts';
import { keyText, type ObjectKey } from './object/key.ts';
import { createOverlay, type Overlay } from './resource/overlay.ts';

export interface Session {
  /** Undefined while the provider's configuration is not known. */
  readonly controller: Controller | undefined;
  readonly overlay: Overlay;
  begin(timeoutMs: number): Operation;
  stop(): void;
  /** Remembers that the state holds this object. */
  noteInState(key: ObjectKey): void;
  isInState(key: ObjectKey): boolean;
}

/** For what answers at once: reads and dry runs. */
export const READ_TIMEOUT_MS = 20_000;

export function openSession(target: Target | undefined): Session {
  const stop = new AbortController();
  const inState = new Set<string>();
  return {
    controller: target && connect(target),
    overlay: createOverlay(),
    begin: (timeoutMs) => beginOperation(stop.signal, timeoutMs),
    stop: () => stop.abort(),
    noteInState: (key) => {
      inState.add(keyText(key));
    },
    isInState: (key) => inState.has(keyText(key)),
  };
}
