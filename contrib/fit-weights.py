#!/usr/bin/env python3
"""Learns from the corpus what rules, words and meanings weigh.

usage: contrib/fit-weights.py [--cross] all | LANG...    (in the build tree, after make; Debian: python3-scipy)

"all" learns everything together and writes
  templates/patterns/concepts.words  "TOKEN INTENT WEIGHT ..." (tokens: wismo/core/gloss.h), for every language
and per language
  templates/patterns/LANG.weights    "RULE INTENT WEIGHT" for each weight that differs from the pack's own,
                                     "bias INTENT WEIGHT", "temper NUMBER"
  templates/patterns/LANG.words      "TOKEN INTENT WEIGHT ..." (tokens: wismo/core/lexicon.h)
With single languages the meanings stay as concepts.words has them, and the temper as it is unless --cross is given.
--cross first learns without each of three thirds of the messages (fit2, fit3; never the phrases), prints how the third
left out is read, and takes from there the temper.

Method: multinomial logistic regression, all as log odds that add up. A rule starts from what its author wrote, times one
factor for the whole pack, and may move from there with a Gaussian prior of standard deviation RULE; words start
from nothing with standard deviation WORD, meanings with MEANING. Meanings are shared, so that what one language's
phrases teach holds in all; words say what is left. Rare tokens are left out. The temper, which makes the shares honest,
is the one that gives the messages left out the least surprise. No randomness: the same corpus and packs give the
same files.
"""
import os
import re
import subprocess
import sys

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

RULE, WORD, MEANING, BIAS = 0.8, 2.0, 1.5, 2.0
RARE_WORD, RARE_MEANING = 2, 4	# messages
MOST = 3.9			# what lexicon.h can hold
MISSING = 0.57			# of what buyers write
MISSING_LEAST = 0.7		# as in src/core/classify.c
KEEP = 0.1			# smaller weights are not written
PARTS = ["fit", "say", "fit2", "fit3"]
FOLDS = 3
LANGS = ["de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "sv", "tr"]
BASE = "templates/patterns/"


class Message:
	def __init__(self, intent, rules):
		self.intent, self.rules, self.words, self.meanings = intent, rules, {}, {}


def features(lang, part):
	"""intents, {rule: weights}, [Message]"""
	lines = subprocess.run(["tests/corpus/measure", "--features", lang, part], check=True, capture_output=True,
			       text=True).stdout.splitlines()
	intents, rules, messages = lines[0].split()[1:], {}, []
	for line in lines[1:]:
		head, *tokens = line.split(" ")
		if head == "rule":
			rules[tokens[0]] = [float(w) for w in tokens[1:]]
		elif head == "message":
			fired = {t.rstrip("@"): 0.5 if t.endswith("@") else 1.0 for t in tokens[1:]}
			messages.append(Message(intents.index(tokens[0]), fired))
		else:
			into = messages[-1].meanings if head.endswith("meaning") else messages[-1].words
			share = 0.5 if head.startswith("subject") else 1.0
			for t in tokens:
				into[t] = max(share, into.get(t, 0))
	return intents, rules, messages


def table(samples, at):
	rows, columns, shares = [], [], []
	for row, sample in enumerate(samples):
		for name, share in sample.items():
			column = at.get(name)
			if column is not None:
				rows.append(row)
				columns.append(column)
				shares.append(share)
	return sparse.csr_matrix((shares, (rows, columns)), shape=(len(samples), len(at)))


def frequent(samples, least):
	seen = {}
	for sample in samples:
		for token in sample:
			seen[token] = seen.get(token, 0) + 1
	return {t: i for i, t in enumerate(sorted(t for t, n in seen.items() if n >= least))}


def counts_of(phrases, messages):
	"""How much each counts, so that a prior comes out that fits an inbox: MISSING of the messages are about a
	parcel that is not there, and phrases are spread over the intents as messages are."""
	def frequencies(sample):
		return (np.bincount([m.intent for m in sample], minlength=64) + 0.5) / (len(sample) + 0.5)
	seen = frequencies(messages)
	share = seen[:3].sum()
	wanted = seen * np.where(np.arange(64) < 3, MISSING / share, (1 - MISSING) / (1 - share))
	of_message, of_phrase = wanted / seen, np.clip(wanted / frequencies(phrases), 0.3, 3)
	return np.concatenate([[of_phrase[m.intent] for m in phrases], [of_message[m.intent] for m in messages]])


def likelihood(total, truth, counts):
	"""Surprise, and its slope by the sums. Overwrites `total`."""
	total -= total.max(axis=1, keepdims=True)
	np.exp(total, out=total)
	total /= total.sum(axis=1, keepdims=True)
	rows = np.arange(len(truth))
	value = -(counts * np.log(np.maximum(total[rows, truth], 1e-12))).sum()
	total[rows, truth] -= 1
	total *= counts[:, None]
	return value, total


class Language:
	"""What one language's pack and messages give, and where its weights stand in the vector of all."""

	def __init__(self, name, parts=None):
		self.name, self.parts = name, parts
		if parts:
			return
		self.parts = {}
		hidden = [f"{BASE}{name}.{s}" for s in ("weights", "words") if os.path.exists(f"{BASE}{name}.{s}")]
		for path in hidden:	# measure what was written, not an earlier fit
			os.rename(path, path + ".before")
		try:
			for part in PARTS:
				self.intents, written, self.parts[part] = features(name, part)
		finally:
			for path in hidden:
				os.rename(path + ".before", path)
		self.common = {r: np.array(w) for r, w in written.items() if r.startswith("common/")}
		self.rules = sorted(r for r in written if r != "bias" and r not in self.common)
		self.written = np.array([written[r] for r in self.rules])
		self.bias = np.array(written["bias"])

	def fresh(self):
		return self.parts["fit2"] + self.parts["fit3"]

	def learn_from(self, keep):
		"""keep(i): whether fresh message i may be learned from"""
		phrases = self.parts["say"]
		messages = self.parts["fit"] + [m for i, m in enumerate(self.fresh()) if keep(i)]
		self.sample = phrases + messages
		self.counts = counts_of(phrases, messages)
		self.truth = np.array([m.intent for m in self.sample])
		self.words = frequent((m.words for m in self.sample), RARE_WORD)
		self.look(self.sample)

	def look(self, sample):
		self.fired = table([m.rules for m in sample], {r: i for i, r in enumerate(self.rules)})
		self.said = table([m.words for m in sample], self.words)
		self.prior = self.fired @ self.written + self.bias
		self.fixed = np.zeros((len(sample), len(self.intents)))	# what the pack of all languages adds
		for row, message in enumerate(sample):
			for rule, share in message.rules.items():
				if rule in self.common:
					self.fixed[row] += share * self.common[rule]

	def size(self):
		return 1 + (len(self.rules) + len(self.words) + 1) * len(self.intents)

	def unpack(self, x):
		rules, words, count = len(self.rules), len(self.words), len(self.intents)
		moved = x[1:1 + rules * count].reshape(rules, count)
		said = x[1 + rules * count:1 + (rules + words) * count].reshape(words, count)
		return x[0], moved, said, x[1 + (rules + words) * count:]

	def sums(self, x):
		factor, moved, said, bias = self.unpack(x)
		return factor * self.prior + self.fired @ moved + self.said @ said + bias + self.fixed

	def slope(self, x, off):
		_, moved, said, bias = self.unpack(x)
		return np.concatenate([[(off * self.prior).sum()], (self.fired.T @ off + moved / RULE ** 2).ravel(),
				       (self.said.T @ off + said / WORD ** 2).ravel(), off.sum(axis=0) + bias / BIAS ** 2])

	def stiffness(self, x):
		_, moved, said, bias = self.unpack(x)
		return ((moved ** 2).sum() / RULE ** 2 + (said ** 2).sum() / WORD ** 2 + (bias ** 2).sum() / BIAS ** 2) / 2


class Meanings:
	"""The weights that all languages share; `known`: given, not learned."""

	def __init__(self, count, known=None):
		self.count, self.known = count, known
		self.at = {} if known is None else {t: i for i, t in enumerate(known)}

	def learn_from(self, languages):
		if self.known is None:
			self.at = frequent((m.meanings for l in languages for m in l.sample), RARE_MEANING)
		for l in languages:
			l.meant = table([m.meanings for m in l.sample], self.at)

	def size(self):
		return len(self.at) * self.count if self.known is None else 0

	def weights(self, x):
		if self.known is None:
			return x.reshape(len(self.at), self.count)
		return np.array(list(self.known.values())).reshape(len(self.at), self.count)


def fit(languages, meanings):
	"""The shared weights, and each language's."""
	ends = np.cumsum([meanings.size()] + [l.size() for l in languages])
	truth = np.concatenate([l.truth for l in languages])
	counts = np.concatenate([l.counts for l in languages])
	meant = sparse.vstack([l.meant for l in languages]).tocsr()
	back = meant.T.tocsr()
	rows = np.cumsum([0] + [len(l.truth) for l in languages])

	def loss(x):
		shared = meanings.weights(x[:ends[0]])
		total = meant @ shared
		own = [x[ends[i]:ends[i + 1]] for i in range(len(languages))]
		value = 0
		for i, l in enumerate(languages):
			total[rows[i]:rows[i + 1]] += l.sums(own[i])
			value += l.stiffness(own[i])
		surprise, off = likelihood(total, truth, counts)
		slopes = [l.slope(own[i], off[rows[i]:rows[i + 1]]) for i, l in enumerate(languages)]
		if meanings.known is None:
			value += (shared ** 2).sum() / (2 * MEANING ** 2)
			slopes.insert(0, (back @ off + shared / MEANING ** 2).ravel())
		return value + surprise, np.concatenate(slopes)

	start = np.zeros(ends[-1])
	start[ends[:-1]] = 0.5	# the factor of each pack
	found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400, "maxcor": 8, "ftol": 1e-7})
	x = found.x
	return meanings.weights(x[:ends[0]]), [x[ends[i]:ends[i + 1]] for i in range(len(languages))]


def shares(total, temper):
	total = total / temper
	e = np.exp(total - total.max(axis=1, keepdims=True))
	return e / e.sum(axis=1, keepdims=True)


def report(name, p, truth):
	missing = p[:, :3].sum(axis=1)
	said, wanted = missing > MISSING_LEAST, truth < 3
	right = (p.argmax(axis=1) == truth).mean()
	print(f"{name}: {len(truth)} messages, precision {(said & wanted).sum() / max(1, said.sum()):.3f} "
	      f"recall {(said & wanted).sum() / max(1, wanted.sum()):.3f} intent {right:.3f}", end="")
	for level in (0.5, 0.8, 0.9, 0.95):
		sure = missing > level
		print(f"; at {level}: {(sure & wanted).sum()} of {sure.sum()} right", end="")
	print(flush=True)


def best_temper(total, truth):
	def surprise(t):
		return -np.log(np.maximum(shares(total, t)[np.arange(len(truth)), truth], 1e-12)).mean()
	return min(np.arange(0.5, 4, 0.05), key=surprise)


def cross(languages, known):
	"""{language: temper}"""
	count = len(languages[0].intents)
	totals = [np.zeros((len(l.fresh()), count)) for l in languages]
	for fold in range(FOLDS):
		meanings = Meanings(count, known)
		for l in languages:
			l.learn_from(lambda i: i % FOLDS != fold)
		meanings.learn_from(languages)
		shared, own = fit(languages, meanings)
		for l, x, total in zip(languages, own, totals):
			test = list(range(fold, len(total), FOLDS))
			sample = [l.fresh()[i] for i in test]
			l.look(sample)
			total[test] = l.sums(x) + table([m.meanings for m in sample], meanings.at) @ shared
	tempers, all_shares, all_truth = {}, [], []
	for l, total in zip(languages, totals):
		truth = np.array([m.intent for m in l.fresh()])
		tempers[l.name] = best_temper(total, truth)
		all_shares.append(shares(total, tempers[l.name]))
		all_truth.append(truth)
		report(f"{l.name} left out, temper {tempers[l.name]:.2f}", all_shares[-1], truth)
	report("all", np.concatenate(all_shares), np.concatenate(all_truth))
	return tempers


def write_tokens(path, note, intents, at, weights):
	with open(path, "w") as out:
		out.write(note)
		for token, i in at.items():
			pairs = [f"{intents[k]} {w:.2f}" for k, w in enumerate(np.clip(weights[i], -MOST, MOST)) if abs(w) >= KEEP]
			if pairs:
				out.write(f"{token} {' '.join(pairs)}\n")


def write_language(l, x, temper):
	factor, moved, words, bias = l.unpack(x)
	note = f"# made by contrib/fit-weights.py; do not edit: change {l.name}.conf or the corpus and run it again\n"
	with open(f"{BASE}{l.name}.weights", "w") as out:
		out.write(note + f"temper {temper:.2f}\n")
		for i, intent in enumerate(l.intents):
			out.write(f"bias {intent} {factor * l.bias[i] + bias[i]:.2f}\n")
		for r, rule in enumerate(l.rules):
			for i, intent in enumerate(l.intents):
				weight = factor * l.written[r][i] + moved[r][i]
				if abs(weight) >= KEEP or l.written[r][i]:
					out.write(f"{rule} {intent} {weight:.2f}\n")
	write_tokens(f"{BASE}{l.name}.words", note, l.intents, l.words, words)


def read_meanings(intents):
	known = {}
	for line in open(BASE + "concepts.words"):
		if not line.startswith("#"):
			token, *pairs = line.split()
			known[token] = np.zeros(len(intents))
			for intent, weight in zip(pairs[::2], pairs[1::2]):
				known[token][intents.index(intent)] = float(weight)
	return known


def temper_of(lang):
	try:
		return float(re.search(r"^temper (\S+)", open(f"{BASE}{lang}.weights").read(), re.M)[1])
	except OSError:
		return 1.0


def main(arguments):
	names = [a for a in arguments if a != "--cross"]
	together = names == ["all"]
	languages = [Language(name) for name in (LANGS if together else names)]
	intents = languages[0].intents
	known = None if together else read_meanings(intents)
	tempers = cross(languages, known) if "--cross" in arguments else {l.name: temper_of(l.name) for l in languages}
	meanings = Meanings(len(intents), known)
	for l in languages:
		l.learn_from(lambda i: True)
	meanings.learn_from(languages)
	shared, own = fit(languages, meanings)
	for l, x in zip(languages, own):
		write_language(l, x, tempers[l.name])
	if together:
		write_tokens(BASE + "concepts.words", "# made by contrib/fit-weights.py all; do not edit: change the corpus or the "
			     "glosses and run it again\n", intents, meanings.at, shared)


main(sys.argv[1:])
