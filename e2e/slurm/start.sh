#!/usr/bin/env bash
# Starts a Slurm of one controller and two nodes on this machine, for tests, in the folder that is named, and prints the path of its slurm.conf.
# Installs Debian's packages where they are missing. Needs root. Exits with 3, and says why, where that can't be done.
set -euo pipefail
folder=$1
skip() { echo "$1" >&2; exit 3; }

[ "$(id -u)" = 0 ] || skip "Slurm for tests needs root"
if ! command -v slurmctld > /dev/null || ! command -v munged > /dev/null; then
  command -v apt-get > /dev/null || skip "slurm-wlm can't be installed: there is no apt-get"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install -y --no-install-recommends slurm-wlm munge; } > "$folder/apt.log" 2>&1 ||
    skip "slurm-wlm can't be installed: $(tail -n 1 "$folder/apt.log")"
fi

mkdir -p "$folder"/{state,munge}
chmod 755 "$folder"
chmod 700 "$folder/munge"
head -c 128 /dev/urandom > "$folder/munge/key"
chmod 400 "$folder/munge/key"
munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
  --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" || skip "munged does not start"

host=$(hostname -s)
port=$2
cat > "$folder/slurm.conf" << CONFIG
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
# A task that is queued again waits as long as credentials hold: 120 s if nothing is said.
AuthInfo=socket=$folder/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmctldPidFile=$folder/slurmctld.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdSpoolDir=$folder/spool-%n
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmdLogFile=$folder/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
ReturnToService=2
SlurmdTimeout=10
KillWait=10
MinJobAge=300
NodeName=fdr[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 2))] CPUs=1 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONFIG
export SLURM_CONF="$folder/slurm.conf"
for node in fdr1 fdr2; do mkdir -p "$folder/spool-$node"; done
slurmctld || skip "slurmctld does not start: $(tail -n 1 "$folder/slurmctld.log" 2> /dev/null)"
for node in fdr1 fdr2; do slurmd -N "$node" || skip "slurmd does not start: $(tail -n 1 "$folder/slurmd-$node.log" 2> /dev/null)"; done
for _ in $(seq 60); do
  [ "$(sinfo --noheader --states=idle --format=%D 2> /dev/null | head -n 1)" = 2 ] && { echo "$SLURM_CONF"; exit 0; }
  sleep 0.5
done
skip "the nodes do not come up: $(sinfo --noheader 2>&1 | head -n 1)"
