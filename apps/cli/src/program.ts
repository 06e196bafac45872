import { version } from '@fdr/training';
import { Command, CommanderError } from 'commander';
import { UserError } from './failure.js';
import { nearMiss } from './options/near-misses.js';

/** The command `fdr`, still without its subcommands. Its mistakes are thrown, never printed, and never end the process. */
export function createProgram(): Command {
  return new Command('fdr')
    .description(
      'Stochastic gradient descent under observation: fluctuation-dissipation relations while a network trains.',
    )
    .version(version(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ sortSubcommands: false })
    .exitOverride();
}

/**
 * Parses the arguments of the command line and runs the command they name.
 *
 * @param args without node and the script's path
 * @throws UserError where the arguments make no sense; whatever the command throws
 */
export async function runProgram(program: Command, args: readonly string[]): Promise<void> {
  if (args.length === 0) {
    program.outputHelp();
    return;
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw new UserError(describeUsageError(error, args), { cause: error });
  }
}

/** Mistakes for which somebody may have had another program in mind. */
const NEAR_MISSES: readonly string[] = ['commander.unknownOption', 'commander.excessArguments'];

function describeUsageError({ code, message }: CommanderError, args: readonly string[]): string {
  if (code === 'commander.help') return 'a command is missing; see them with: fdr help';
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  if (!NEAR_MISSES.includes(code) || text.includes('Did you mean')) return text;
  const meant = nearMiss(/^unknown option '(.*)'/.exec(text)?.[1], args.slice(1));
  return meant === undefined ? text : `${text} (Did you mean ${meant}?)`;
}
