#!/usr/bin/env python3
"""Fits the weights of a pack's rules to the fit part of the corpus, keeping near what its author wrote.

usage: contrib/fit-weights.py LANG [WIDTH]      (in the build tree, after make)

Writes templates/patterns/LANG.weights: one line "rule intent weight" for each weight that moved, "bias" standing
for what each intent starts with. The loader lays it over the scores of LANG.conf; a rule that is not listed keeps
its own. Method: multinomial logistic regression by gradient descent with a Gaussian prior of standard deviation
WIDTH (default 0.8) around the written scores, so that 200 messages cannot overturn an author but can settle
which of two rules gives way. Prints accuracy by five-fold cross-validation. No third-party modules; no
randomness: the same corpus and pack give the same file.
"""
import math
import re
import subprocess
import sys

lang = sys.argv[1]
width = float(sys.argv[2]) if len(sys.argv) > 2 else 0.8
path = f"templates/patterns/{lang}.weights"
open(path, "w").write("")	# measure the written scores, not an earlier fit
lines = subprocess.run(["tests/corpus/measure", "--features", lang, "fit"], check=True, capture_output=True,
		       text=True).stdout.splitlines()
intents = lines[0].split()[1:]
written = {}		# rule -> weights
messages = []		# (intent, [rules])
for line in lines[1:]:
	words = line.split()
	if words[0] == "rule":
		written[words[1]] = [float(w) for w in words[2:]]
	else:
		messages.append((intents.index(words[1]), words[2:]))
ours = [r for r in written if r.startswith(lang + "/")]
missing = range(3)	# the first three intents of the table


def sums(weights, rules):
	total = list(weights["bias"])
	for rule in rules:
		for i, w in enumerate(weights[rule]):
			total[i] += w
	return total


def shares(total):
	top = max(total)
	e = [math.exp(t - top) for t in total]
	s = sum(e)
	return [x / s for x in e]


def fit(sample):
	weights = {r: list(w) for r, w in written.items()}
	free = ours + ["bias"]
	pull = 1 / (width * width)
	rate = 0.05
	for _ in range(400):
		slope = {r: [pull * (w - v) for w, v in zip(weights[r], written[r])] for r in free}
		for intent, rules in sample:
			p = shares(sums(weights, rules))
			for rule in set(rules) | {"bias"}:
				if rule in slope:
					for i in range(len(intents)):
						slope[rule][i] += p[i] - (i == intent)
		for r in free:
			for i in range(len(intents)):
				weights[r][i] -= rate * slope[r][i]
	return weights


def judge(weights, sample):
	hit = false = missed = right = 0
	for intent, rules in sample:
		p = shares(sums(weights, rules))
		said = sum(p[i] for i in missing) > 0.5
		hit += said and intent in missing
		false += said and intent not in missing
		missed += not said and intent in missing
		right += p.index(max(p)) == intent
	return hit, false, missed, right


total = [0, 0, 0, 0]
for fold in range(5):
	weights = fit([m for i, m in enumerate(messages) if i % 5 != fold])
	total = [a + b for a, b in zip(total, judge(weights, [m for i, m in enumerate(messages) if i % 5 == fold]))]
print(f"cross-validated: precision {total[0] / (total[0] + total[1]):.3f} recall {total[0] / (total[0] + total[2]):.3f}"
      f" intent {total[3] / len(messages):.3f}")
weights = fit(messages)
with open(path, "w") as out:
	out.write(f"# made by contrib/fit-weights.py {lang} {width}; do not edit: change {lang}.conf and run it again\n")
	for rule in ["bias"] + ours:
		for i, intent in enumerate(intents):
			if abs(weights[rule][i] - written[rule][i]) >= 0.05:
				out.write(f"{rule} {intent} {weights[rule][i]:.2f}\n")
