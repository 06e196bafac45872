import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { UserError } from './failure.js';

/** The version of fdr, from its package. */
export function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}

/** The command `fdr`, still without its subcommands. Its mistakes are thrown, never printed, and never end the process. */
export function createProgram(): Command {
  return new Command('fdr')
    .description(
      'Stochastic gradient descent under observation: fluctuation-dissipation relations while a network trains.',
    )
    .version(version())
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ sortSubcommands: false })
    .exitOverride();
}

/**
 * Parses the words of the command line and runs the command they name.
 *
 * @throws UserError where the words make no sense; whatever the command throws
 */
export async function runProgram(program: Command, words: readonly string[]): Promise<void> {
  if (words.length === 0) {
    program.outputHelp();
    return;
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw new UserError(complaint(error), { cause: error });
  }
}

function complaint({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'a command is missing; see them with: fdr help';
  return message.replace(/^error: /, '').replaceAll('\n', ' ');
}
