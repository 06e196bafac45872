import type { Acknowledgement, Command } from '@fdr/records';

/** Remembered answers; older ones are forgotten, and their commands would be carried out anew. */
const MEMORY = 1000;

/** Takes commands to whoever trains, each once: a command sent again under its id gets the first one's answer. */
export type CommandDesk = (command: Command) => Promise<Acknowledgement>;

export interface CommandDeskOptions {
  readonly controls: (runId: string) => boolean;
  readonly onCommand: ((command: Command) => Promise<Acknowledgement>) | undefined;
  readonly report: (error: unknown) => void;
}

export function createCommandDesk({ controls, onCommand, report }: CommandDeskOptions): CommandDesk {
  const answers = new Map<string, { readonly text: string; readonly answer: Promise<Acknowledgement> }>();

  async function carryOut(command: Command): Promise<Acknowledgement> {
    try {
      return (await onCommand?.(command)) ?? refusal('this server takes no commands');
    } catch (error) {
      report(error);
      return refusal('the command failed; the terminal says more');
    }
  }

  return (command) => {
    if (onCommand === undefined || !controls(command.runId)) {
      return Promise.resolve(refusal(`run ${command.runId} is not training here`));
    }
    const text = JSON.stringify(command);
    const known = answers.get(command.commandId);
    if (known !== undefined) {
      return known.text === text
        ? known.answer
        : Promise.resolve(refusal('that command id was used for another command'));
    }
    const answer = carryOut(command);
    answers.set(command.commandId, { text, answer });
    const [oldest] = answers.keys();
    if (answers.size > MEMORY && oldest !== undefined) answers.delete(oldest);
    return answer;
  };
}

function refusal(error: string): Acknowledgement {
  return { ok: false, error };
}
