import type { Acknowledgement, Command } from '@fdr/records';

/** Acknowledgements that are remembered. A command sent again after this many others is executed again. */
const MAX_REMEMBERED = 1000;

/** Passes a command to the training and resolves to its acknowledgement. */
export type CommandHandler = (command: Command) => Promise<Acknowledgement>;

/** Who executes commands, and for which runs. */
export interface CommandDispatcherOptions {
  /** Whether this process trains the run. */
  readonly controls: (runId: string) => boolean;
  /** Executes a command; undefined: no command is accepted. */
  readonly onCommand: CommandHandler | undefined;
  /** Called with errors that the client is not told. */
  readonly onError: (error: unknown) => void;
}

/**
 * Creates the handler of all clients' commands. Every command is executed once: if it is sent again under its id, it gets
 * the acknowledgement of the first time. The type of a command is not looked at here; the training decides.
 */
export function createCommandDispatcher({ controls, onCommand, onError }: CommandDispatcherOptions): CommandHandler {
  const sent = new Map<string, { readonly text: string; readonly acknowledgement: Promise<Acknowledgement> }>();

  async function execute(handler: CommandHandler, command: Command): Promise<Acknowledgement> {
    try {
      return await handler(command);
    } catch (error) {
      onError(error);
      return failure('the command failed; the terminal says more');
    }
  }

  return async (command) => {
    if (onCommand === undefined || !controls(command.runId))
      return failure(`run ${command.runId} is not training here`);
    const text = JSON.stringify(command);
    const known = sent.get(command.commandId);
    if (known?.text === text) return known.acknowledgement;
    if (known !== undefined) return failure('that command id was used for another command');
    const acknowledgement = execute(onCommand, command);
    sent.set(command.commandId, { text, acknowledgement });
    const [oldest] = sent.keys();
    if (sent.size > MAX_REMEMBERED && oldest !== undefined) sent.delete(oldest);
    return acknowledgement;
  };
}

function failure(error: string): Acknowledgement {
  return { ok: false, error };
}
