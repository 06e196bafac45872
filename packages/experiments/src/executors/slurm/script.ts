import type { SlurmSettings } from './settings.js';

/** The exit code of a job that was told of its time limit and has saved itself: 128 and SIGUSR1. */
const SAVED = 138;
/** That of a job that was killed, and how often it goes on after that: what kills it may kill it again. */
const KILLED = 137;
const MOST_RESTARTS = 3;

/** A text as one word of the shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** What a script is made of. */
export interface ScriptOptions {
  /** The experiment's folder. */
  readonly out: string;
  /** The command that starts this program: node, its flags, the main file. */
  readonly command: readonly string[];
  /** Path of the file whose line t + 1 is the key of task t's job. */
  readonly keys: string;
  /** Name of the array in the queue. */
  readonly name: string;
  /** Threads of a job's training. */
  readonly threads: number;
  readonly settings: SlurmSettings;
}

/**
 * The script of an array of jobs. Told of the time limit, the training saves itself; the script then puts the task into the queue again, and it goes
 * on in the same run. So it does a few times after it was killed. After a lost node or a preemption Slurm does that by itself.
 */
export function arrayScript({ out, command, keys, name, threads, settings }: ScriptOptions): string {
  const { slurm_setup, slurm_signal_delay_s } = settings;
  const program = command.map(quoted).join(' ');
  return `#!/bin/bash
#SBATCH --job-name=${name}
#SBATCH --output=/dev/null
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --kill-on-invalid-dep=yes
#SBATCH --signal=B:USR1@${slurm_signal_delay_s}
#SBATCH --nodes=1
#SBATCH --ntasks=1
${resources(settings, threads)}
key=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${quoted(keys)})
exec >> ${quoted(out)}/logs/"$key".log 2>&1
echo "task \${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}, start $((\${SLURM_RESTART_COUNT:-0} + 1)), on \${SLURMD_NODENAME:-$(hostname)}"
${slurm_setup.join('\n')}
trap 'kill -USR1 "$child"' USR1
${program} run-job ${quoted(out)} "$key" &
child=$!
# A signal ends the waiting, not the training.
while wait "$child"; code=$?; kill -0 "$child" 2>/dev/null; do :; done
if [ "$code" = ${SAVED} ] || { [ "$code" = ${KILLED} ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${MOST_RESTARTS} ]; }; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}" && sleep 60
fi
exit "$code"
`;
}

/** The lines that ask for resources. */
function resources(settings: SlurmSettings, threads: number): string {
  const { timeout_min, mem_gb, cpus_per_task = threads, gpus_per_node, slurm_additional_parameters } = settings;
  const asked = {
    partition: settings.slurm_partition,
    account: settings.slurm_account,
    qos: settings.slurm_qos,
    constraint: settings.slurm_constraint,
    time: timeout_min,
    mem: mem_gb === undefined ? undefined : `${Math.ceil(1024 * mem_gb)}M`,
    'cpus-per-task': cpus_per_task,
    'gpus-per-node': gpus_per_node,
    ...slurm_additional_parameters,
  };
  return Object.entries(asked)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `#SBATCH --${name}=${String(value)}`)
    .join('\n');
}
