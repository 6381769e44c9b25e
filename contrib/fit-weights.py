#!/usr/bin/env python3
"""Learns the weights of a pack's rules and of single words from the corpus.

usage: contrib/fit-weights.py LANG...        (in the build tree, after make; Debian: python3-scipy)

Writes, per language,
  templates/patterns/LANG.weights  "RULE INTENT WEIGHT" for each weight that differs from the pack's own,
                                   "bias INTENT WEIGHT", "temper NUMBER"
  templates/patterns/LANG.words    "TOKEN INTENT WEIGHT ..." (tokens: wismo/core/lexicon.h)

Method: multinomial logistic regression over rules and tokens, all as log odds that add up. A rule starts from
what its author wrote, times one factor for the whole pack, and may move from there with a Gaussian prior of
standard deviation RULE; a token starts from nothing with standard deviation WORD. Tokens of fewer than two
messages are left out. The temper, which makes the shares honest, is the one that gives held-out folds the least
surprise. Five-fold cross-validation is printed; its folds leave out messages (fit2, fit3), never the phrases.
No randomness: the same corpus and pack give the same files.
"""
import os
import subprocess
import sys

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

RULE, WORD, BIAS = 0.8, 1.0, 2.0
MOST = 3.9			# what lexicon.h can hold
MISSING = 0.57			# of what buyers write
KEEP = 0.1			# smaller weights are not written
PARTS = ["fit", "say", "fit2", "fit3"]


def features(lang, part):
	"""intents, {rule: weights}, [(intent, {rule: share}, {token: share})]"""
	lines = subprocess.run(["tests/corpus/measure", "--features", lang, part], check=True, capture_output=True,
			       text=True).stdout.splitlines()
	intents, rules, messages = lines[0].split()[1:], {}, []
	for line in lines[1:]:
		head, *words = line.split(" ")
		if head == "rule":
			rules[words[0]] = [float(w) for w in words[1:]]
		elif head == "message":
			fired = {w.rstrip("@"): 0.5 if w.endswith("@") else 1.0 for w in words[1:]}
			messages.append((intents.index(words[0]), fired, {}))
		elif head == "body":
			messages[-1][2].update((w, 1.0) for w in words)
		else:
			for w in words:
				messages[-1][2].setdefault(w, 0.5)
	return intents, rules, messages


class Model:
	def __init__(self, intents, written, tokens):
		self.count = len(intents)
		self.rules = sorted(r for r in written if r != "bias" and not r.startswith("common/"))
		self.common = {r: np.array(w) for r, w in written.items() if r.startswith("common/")}
		self.rule_at = {r: i for i, r in enumerate(self.rules)}
		self.token_at = {t: i for i, t in enumerate(tokens)}
		self.written = np.array([written[r] for r in self.rules])
		self.bias = np.array(written["bias"])

	def table(self, messages, at, which):
		rows, columns, shares = [], [], []
		for row, message in enumerate(messages):
			for name, share in message[which].items():
				if name in at:
					rows.append(row)
					columns.append(at[name])
					shares.append(share)
		return sparse.csr_matrix((shares, (rows, columns)), shape=(len(messages), len(at)))

	def tables(self, messages):
		return self.table(messages, self.rule_at, 1), self.table(messages, self.token_at, 2)

	def fixed(self, messages):
		"""What the pack of all languages adds: it is not fitted here."""
		total = np.zeros((len(messages), self.count))
		for row, message in enumerate(messages):
			for rule, share in message[1].items():
				if rule in self.common:
					total[row] += share * self.common[rule]
		return total

	def unpack(self, x):
		rules, tokens, count = len(self.rules), len(self.token_at), self.count
		moved = x[1:1 + rules * count].reshape(rules, count)
		words = x[1 + rules * count:1 + (rules + tokens) * count].reshape(tokens, count)
		return x[0], moved, words, x[1 + (rules + tokens) * count:]

	def fit(self, messages, counts):
		fired, said = self.tables(messages)
		prior, fixed = fired @ self.written, self.fixed(messages)
		truth = np.zeros((len(messages), self.count))
		truth[np.arange(len(messages)), [m[0] for m in messages]] = 1

		def loss(x):
			factor, moved, words, bias = self.unpack(x)
			total = factor * (prior + self.bias) + fired @ moved + said @ words + bias + fixed
			total -= total.max(axis=1, keepdims=True)
			shares = np.exp(total)
			shares /= shares.sum(axis=1, keepdims=True)
			off = (shares - truth) * counts[:, None]
			value = -(counts * np.log(np.maximum(shares[truth == 1], 1e-12))).sum()
			value += (moved ** 2).sum() / (2 * RULE ** 2) + (words ** 2).sum() / (2 * WORD ** 2)
			value += (bias ** 2).sum() / (2 * BIAS ** 2)
			slope = np.concatenate([[(off * (prior + self.bias)).sum()],
						(fired.T @ off + moved / RULE ** 2).ravel(),
						(said.T @ off + words / WORD ** 2).ravel(),
						off.sum(axis=0) + bias / BIAS ** 2])
			return value, slope

		start = np.zeros(1 + (len(self.rules) + len(self.token_at) + 1) * self.count)
		start[0] = 0.5
		return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x

	def sums(self, x, messages):
		factor, moved, words, bias = self.unpack(x)
		fired, said = self.tables(messages)
		return fired @ (factor * self.written + moved) + said @ words + factor * self.bias + bias + self.fixed(messages)


def counts_of(phrases, messages):
	"""How much each counts, so that a prior comes out that fits an inbox: MISSING of the messages are about a
	parcel that is not there, and phrases are spread over the intents as messages are."""
	def frequencies(sample):
		return (np.bincount([m[0] for m in sample], minlength=64) + 0.5) / (len(sample) + 0.5)
	seen = frequencies(messages)
	share = seen[:3].sum()
	wanted = seen * np.where(np.arange(64) < 3, MISSING / share, (1 - MISSING) / (1 - share))
	of_message, of_phrase = wanted / seen, np.clip(wanted / frequencies(phrases), 0.3, 3)
	return np.concatenate([[of_phrase[m[0]] for m in phrases], [of_message[m[0]] for m in messages]])


def shares(total, temper=1.0):
	total = total / temper
	e = np.exp(total - total.max(axis=1, keepdims=True))
	return e / e.sum(axis=1, keepdims=True)


def known_tokens(messages):
	seen = {}
	for message in messages:
		for token in message[2]:
			seen[token] = seen.get(token, 0) + 1
	return sorted(t for t, n in seen.items() if n > 1)


def report(name, p, truth):
	missing = p[:, :3].sum(axis=1)
	said, wanted = missing > 0.5, truth < 3
	right = (p.argmax(axis=1) == truth).mean()
	print(f"{name}: {len(truth)} messages, precision {(said & wanted).sum() / max(1, said.sum()):.3f} "
	      f"recall {(said & wanted).sum() / max(1, wanted.sum()):.3f} intent {right:.3f}", end="")
	for level in (0.8, 0.9, 0.95):
		sure = missing > level
		print(f"; at {level}: {(sure & wanted).sum()} of {sure.sum()} right", end="")
	print()


def best_temper(total, truth):
	def surprise(t):
		return -np.log(np.maximum(shares(total, t)[np.arange(len(truth)), truth], 1e-12)).mean()
	return min(np.arange(0.5, 4, 0.05), key=surprise)


def run(lang):
	base = f"templates/patterns/{lang}"
	for suffix in ("weights", "words"):	# measure what was written, not an earlier fit
		if os.path.exists(f"{base}.{suffix}"):
			os.rename(f"{base}.{suffix}", f"{base}.{suffix}.before")
	intents, written, parts = None, None, []
	for part in PARTS:
		if os.path.exists(f"tests/corpus/{lang}.{part}.txt"):
			intents, written, messages = features(lang, part)
		else:
			messages = []
		parts.append(messages)
	phrases, written_to, fresh = parts[1], parts[0], parts[2] + parts[3]
	total, truth = np.zeros((len(fresh), len(intents))), np.array([m[0] for m in fresh])
	for fold in range(5):
		learn = written_to + [m for i, m in enumerate(fresh) if i % 5 != fold]
		test = [i for i in range(len(fresh)) if i % 5 == fold]
		model = Model(intents, written, known_tokens(phrases + learn))
		total[test] = model.sums(model.fit(phrases + learn, counts_of(phrases, learn)), [fresh[i] for i in test])
	temper = best_temper(total, truth)
	report(f"{lang} cross-validated, temper {temper:.2f}", shares(total, temper), truth)
	learn = written_to + fresh
	tokens = known_tokens(phrases + learn)
	model = Model(intents, written, tokens)
	factor, moved, words, bias = model.unpack(model.fit(phrases + learn, counts_of(phrases, learn)))
	note = f"# made by contrib/fit-weights.py {lang}; do not edit: change {lang}.conf or the corpus and run it again\n"
	with open(f"{base}.weights", "w") as out:
		out.write(note + f"temper {temper:.2f}\n")
		for i, intent in enumerate(intents):
			out.write(f"bias {intent} {factor * model.bias[i] + bias[i]:.2f}\n")
		for r, rule in enumerate(model.rules):
			for i, intent in enumerate(intents):
				weight = factor * model.written[r][i] + moved[r][i]
				if abs(weight) >= KEEP or model.written[r][i]:
					out.write(f"{rule} {intent} {weight:.2f}\n")
	with open(f"{base}.words", "w") as out:
		out.write(note)
		for t, token in enumerate(tokens):
			pairs = [f"{intents[i]} {w:.2f}" for i, w in enumerate(np.clip(words[t], -MOST, MOST)) if abs(w) >= KEEP]
			if pairs:
				out.write(f"{token} {' '.join(pairs)}\n")
	for suffix in ("weights", "words"):
		if os.path.exists(f"{base}.{suffix}.before"):
			os.remove(f"{base}.{suffix}.before")


for language in sys.argv[1:]:
	run(language)
