import type { Acknowledgement, Command } from '@fdr/records';
import { shallowRef, type ShallowRef } from 'vue';

/** A command that has no id and no run yet. */
type CommandRequest =
  | { readonly type: 'pause' | 'resume' | 'stop' | 'checkpoint' }
  | { readonly type: 'setLearningRate'; readonly learningRate: number };

/** The commands of one run, sent one at a time. */
export interface Commands {
  /** The command that was sent and is not answered yet. */
  readonly pending: Readonly<ShallowRef<CommandRequest['type'] | null>>;
  /** Why the last command was refused; empty if it was accepted. */
  readonly error: Readonly<ShallowRef<string>>;
  /** Sends a command. Resolves to whether it was accepted; false at once while another one is pending. */
  readonly send: (request: CommandRequest) => Promise<boolean>;
}

/** A command has an id, so that one that arrives twice is carried out once. */
function newCommandId(): string {
  // Not randomUUID, which browsers offer on secure origins only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Sends commands to a run and keeps track of the one that is pending. */
export function useCommands(runId: () => string, send: (command: Command) => Promise<Acknowledgement>): Commands {
  const pending = shallowRef<CommandRequest['type'] | null>(null);
  const error = shallowRef('');
  return {
    pending,
    error,
    async send(request) {
      if (pending.value) return false;
      pending.value = request.type;
      error.value = '';
      const answer = await send({ commandId: newCommandId(), runId: runId(), ...request });
      pending.value = null;
      if (!answer.ok) error.value = answer.error;
      return answer.ok;
    },
  };
}
