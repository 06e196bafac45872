import type { Acknowledgement, Command } from '@fdr/records';
import { shallowRef, type ShallowRef } from 'vue';

/** A command without its address. */
export type Wish =
  | { readonly type: 'pause' | 'resume' | 'stop' | 'checkpoint' }
  | { readonly type: 'setLearningRate'; readonly learningRate: number };

export interface Commands {
  /** What was asked for last and is not answered yet. */
  readonly pending: Readonly<ShallowRef<Wish['type'] | null>>;
  /** Why the last command was refused; empty where it was taken. */
  readonly refusal: Readonly<ShallowRef<string>>;
  readonly ask: (wish: Wish) => Promise<boolean>;
}

/** Commands are told apart by their ids, so that one that arrives twice is done once. */
function newCommandId(): string {
  // Not randomUUID: browsers have it on secure origins only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function useCommands(runId: () => string, send: (command: Command) => Promise<Acknowledgement>): Commands {
  const pending = shallowRef<Wish['type'] | null>(null);
  const refusal = shallowRef('');
  return {
    pending,
    refusal,
    async ask(wish) {
      if (pending.value) return false;
      pending.value = wish.type;
      refusal.value = '';
      const answer = await send({ commandId: newCommandId(), runId: runId(), ...wish });
      pending.value = null;
      if (!answer.ok) refusal.value = answer.error;
      return answer.ok;
    },
  };
}
