"""Reads a run folder with nothing but Python: python3 read_run.py runs/ID"""

import json
import struct
import sys
from pathlib import Path

folder = Path(sys.argv[1])
run = json.loads((folder / "run.json").read_text())
# A torn last line is no line.
epochs = [json.loads(line) for line in (folder / "epochs.jsonl").read_text().split("\n")[:-1]]

data = (folder / "steps.f32").read_bytes()
width = len(run["stepColumns"])
rows = list(struct.iter_unpack(f"<{width}f", data[: len(data) // (4 * width) * 4 * width]))
loss = [row[run["stepColumns"].index("loss")] for row in rows]

print(run["id"], run["status"], "epochs", len(epochs), "steps", len(rows))
print("ratio", epochs[-1]["ratio"])
print("loss", loss[-1])
