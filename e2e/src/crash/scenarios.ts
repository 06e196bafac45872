/** A training that is interrupted, and how it begins. */
export interface Scenario {
  readonly name: string;
  /** Arguments of `fdr train` besides the data and the folder. */
  readonly training: string;
  /** Whether it is steered while it trains. */
  readonly isSteered: boolean;
  /** Arguments of `fdr resume` besides the run, where that is what is interrupted; undefined where a new training is. */
  readonly resume?: string | undefined;
  /** The state that is resumed: what a kill left at the creation of such a file, or the whole run. */
  readonly leftAt?: RegExp | 'end' | undefined;
  /** With which the program ends where nothing goes wrong. */
  readonly exitCode: 0 | 1;
}

const SHORT = '--epochs 3 --batch-size 20 --momentum 0.5 --threshold 0.5 --checkpoint-every 0';
const STEERED = '--epochs 20 --batch-size 2 --schedule constant';
const quiet = (training: string): string => `${training} --no-dashboard`;

/** What is interrupted at each of its operations. The learning rate falls in all but the one that diverges. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'training', training: quiet(SHORT), isSteered: false, exitCode: 0 },
  { name: 'steered training', training: `${STEERED} --port 0`, isSteered: true, exitCode: 0 },
  {
    name: 'training that diverges',
    training: quiet('--epochs 9 --batch-size 20 --schedule constant --weight-decay 23 --checkpoint-every 0'),
    isSteered: false,
    exitCode: 1,
  },
  {
    name: 'resume',
    training: quiet(SHORT),
    isSteered: false,
    resume: '--checkpoint-every 0 --no-dashboard',
    leftAt: /\/checkpoints\/\.[1-9]\d*\.safetensors/,
    exitCode: 0,
  },
  {
    name: 'resume from an earlier step',
    training: quiet(`${SHORT} --keep-every 1`),
    isSteered: false,
    resume: '--from 10 --checkpoint-every 0 --keep-every 1 --no-dashboard',
    leftAt: 'end',
    exitCode: 0,
  },
];

/** One that takes longer, to be killed at random times, again and again. */
export const LONGER: Scenario = {
  name: 'random times',
  training: quiet(SHORT.replace('--epochs 3', '--epochs 20')),
  isSteered: false,
  exitCode: 0,
};
