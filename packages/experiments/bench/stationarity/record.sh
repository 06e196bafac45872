#!/bin/sh
# Records the networks of the table: twice each, from new parameters and after a drop of the learning rate to a fifth, at constant rates.
# Usage, at the root: sh packages/experiments/bench/stationarity/record.sh FOLDER [SEED ...]
set -eu
runs=$1
shift
common="--runs-dir $runs --no-dashboard --json --threads 1 --schedule constant --drift"
columns=gradientProduct,startDistanceSquared,noiseTrace

# NAME, RATE, EPOCHS, STEPS of all epochs, SEED, and further options.
stages() {
  name=$1 rate=$2 lower=$3 epochs=$4 steps=$5 seed=$6
  shift 6
  id=$(npx fdr train $common --name "$name" --learning-rate "$rate" --epochs "$epochs" --seed "$seed" "$@" |
    grep -o '"id":"[^"]*"' | head -n 1 | cut -d '"' -f 4)
  npx fdr train $common --name "$name, after a drop" --learning-rate "$lower" --epochs "$epochs" --seed "$seed" "$@" \
    --start "$runs/$id/checkpoints/$steps.safetensors" >/dev/null
}

[ $# -gt 0 ] || set -- 1 2 3
for seed in "$@"; do
  stages "MLP" 0.1 0.02 60 36000 "$seed" --observables $columns
  stages "MLP, momentum" 0.01 0.002 60 36000 "$seed" --momentum 0.9 \
    --observables $columns,nextVelocityDotParameters,nextVelocitySquared
  stages "CNN" 0.05 0.01 60 9600 "$seed" --model cnn --dataset synthetic-color --batch-size 25 --observables $columns
  stages "CNN, momentum" 0.005 0.001 60 9600 "$seed" --model cnn --dataset synthetic-color --batch-size 25 --momentum 0.9 \
    --observables $columns,nextVelocityDotParameters,nextVelocitySquared
done
