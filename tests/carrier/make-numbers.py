#!/usr/bin/env python3
"""Writes tests/carrier/numbers.txt: python3 tests/carrier/make-numbers.py > tests/carrier/numbers.txt

The numbers are made up; their check digits are computed here, by an implementation of its own that knows neither
src/core/check.c nor the carrier files. Layouts follow what the carriers and posts have published. "wrong" numbers are
right ones with another check digit, with two neighbours swapped so that the check digit no longer fits, or of a length,
prefix or country that the carrier does not have.
"""
import random

rnd = random.Random(4711)
ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def digits(n):
    return "".join(rnd.choice("0123456789") for _ in range(n))


def letters(n):
    return "".join(rnd.choice("ABCDEFGHJKLMNPRSTVWXY") for _ in range(n))


def from_right(body, weights):
    return sum(int(c) * weights[i % len(weights)] for i, c in enumerate(reversed(body)))


def gs1(body):
    return str(-from_right(body, (3, 1)) % 10)


def gls(body):
    return str(-(from_right(body, (3, 1)) + 1) % 10)


def luhn(body):
    return str(-sum(sum(divmod(int(c) * (2 if i % 2 == 0 else 1), 10)) for i, c in enumerate(reversed(body))) % 10)


def ident(body):
    return str(-sum(int(c) * (4, 9)[i % 2] for i, c in enumerate(body)) % 10)


def mod7(body):
    return str(int(body) % 7)


def s10(body):
    rest = sum(int(c) * w for c, w in zip(body, (8, 6, 4, 2, 3, 5, 9, 7))) % 11
    return {0: "5", 1: "0"}.get(rest, str(11 - rest))


def mod11(body):
    rest = from_right(body, (2, 3, 4, 5, 6, 7)) % 11
    return "0" if rest in (0, 1) else str(11 - rest)


def ups(body):
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    return str(-(sum(values[0::2]) + 2 * sum(values[1::2])) % 10)


def fedex(body):
    return str(from_right(body, (1, 3, 7)) % 11 % 10)


def iso37_36(body):
    product = 36
    for c in body:
        total = (product + ALNUM.index(c)) % 36
        product = (total or 36) * 2 % 37
    return ALNUM[(37 - product) % 36]


class Kind:
    """One layout: head + body + check + tail; the check covers `hidden` + body."""

    def __init__(self, carrier, head, body, check=None, tail="", hidden="", count=3, wrong=2, form=None):
        self.carrier, self.head, self.body, self.check = carrier, head, body, check
        self.tail, self.hidden, self.count, self.wrong, self.form = tail, hidden, count, wrong, form

    @staticmethod
    def of(part):
        return part() if callable(part) else part

    def make(self):
        head, body, tail = self.of(self.head), self.of(self.body), self.of(self.tail)
        return head, body, self.check(self.hidden + body) if self.check else "", tail

    def spoil(self, number, turn):
        head, body, check, tail = number
        if turn % 2:
            for i in range(len(body) - 2, -1, -1):
                other = body[:i] + body[i + 1] + body[i] + body[i + 2:]
                if body[i:i + 2].isdigit() and other != body and self.check(self.hidden + other) != check:
                    return head, other, check, tail
        others = [c for c in (ALNUM if check.isalpha() else "0123456789") if c != check]
        return head, body, rnd.choice(others), tail


def groups(number, *sizes):
    out, at = [], 0
    for size in sizes:
        out.append(number[at:at + size])
        at += size
    return " ".join(out + ([number[at:]] if number[at:] else []))


def fours(number):
    return groups(number, *[4] * (len(number) // 4))


def wide(number):
    return "".join(chr(ord(c) + 0xFEE0) for c in number)


def written(number, kind, turn):
    """As people write it: as it is, in groups, in lower case, with hyphens, wide."""
    text = "".join(number)
    if kind.form and turn % 2 == 0:
        return kind.form(text)
    return (text, fours(text), text.lower(), fours(text).replace(" ", "-"), text, wide(text))[turn % 6]


def post(country, carrier):
    return Kind(carrier, lambda: rnd.choice(("RR", "RB", "CP", "EE", "LX", "UA", "VV")), lambda: digits(8), s10, country, count=2, wrong=1,
                form=lambda n: "%s %s %s %s %s" % (n[:2], n[2:5], n[5:8], n[8:11], n[11:]))


def mailer(ai):
    return {"92": "9" + digits(8), "93": rnd.choice("012345678") + digits(5)}.get(ai, digits(6))


def impb(length):
    ai = rnd.choice(("92", "93", "94", "95"))
    head = ai + digits(3) + mailer(ai)
    return head + digits(length - 1 - len(head))


KINDS = [
    Kind("ups", "1Z", lambda: letters(1) + digits(2) + letters(2) + digits(1) + rnd.choice(("03", "68", "YW", "A8", "01")) + digits(7), ups, count=8, wrong=6,
         form=lambda n: groups(n, 2, 3, 3, 2, 4)),
    Kind("ups", lambda: rnd.choice("AHJKTV"), lambda: digits(9), ups),
    Kind("fedex", "", lambda: digits(11), fedex, count=6, wrong=5),
    Kind("fedex", "", lambda: digits(14), gs1, count=4, wrong=4),
    Kind("fedex", "00", lambda: digits(15), gs1),
    Kind("fedex", lambda: "96" + digits(5), lambda: digits(14), gs1, count=4, wrong=3),
    Kind("fedex", lambda: "9622" + digits(16), lambda: "00" + digits(11), fedex),
    Kind("fedex", lambda: "100" + digits(17), lambda: "00" + digits(11), fedex, count=4, wrong=3),
    Kind("fedex", lambda: "3" + digits(15), lambda: digits(11), fedex, lambda: digits(4)),
    Kind("fedex", "", lambda: "6129" + digits(15), gs1, hidden="92"),
    Kind("fedex", "", lambda: "926129" + digits(15), gs1),
    Kind("usps", "", lambda: impb(22), gs1, count=8, wrong=6),
    Kind("usps", "", lambda: impb(26), gs1),
    Kind("usps", "", lambda: "91" + digits(19), gs1),
    Kind("usps", lambda: "420" + digits(5), lambda: impb(22), gs1, count=4, wrong=3, form=lambda n: n[:3] + " " + n[3:8] + " " + fours(n[8:])),
    Kind("usps", lambda: "420" + digits(9), lambda: impb(22), gs1, count=2, wrong=1),
    Kind("usps", lambda: "420" + digits(5), lambda: impb(26), gs1, count=2, wrong=1),
    Kind("usps", "", lambda: rnd.choice(("03", "70", "23", "71")) + "2" + digits(16), gs1, count=4, wrong=3),
    Kind("usps", "", lambda: "7196" + digits(15), gs1, hidden="91"),
    Kind("dhl", "", lambda: "0034043" + rnd.choice("345") + digits(11), gs1, count=8, wrong=5),
    Kind("dhl", "", lambda: digits(11), ident, form=lambda n: n[:2] + "." + n[2:5] + " " + n[5:8] + "." + n[8:11] + " " + n[11]),
    Kind("dhl", "", lambda: digits(9), mod7, count=6, wrong=5, form=lambda n: groups(n, 2, 4)),
    Kind("dhl", "", lambda: digits(10), mod7),
    Kind("dhl", lambda: rnd.choice(("JJD0003", "JD0146", "JVGL0")), lambda: digits(14)),
    Kind("dhl", "JJD0", lambda: digits(9), count=1),
    Kind("dhl", "GM", lambda: digits(16), count=2),
    Kind("dhl", "GM", lambda: digits(18), count=1),
    Kind("amazon", lambda: rnd.choice(("TBA", "TBC", "TBM")), lambda: digits(12), count=5),
    Kind("amazon", lambda: rnd.choice(("DE", "UK", "FR")), lambda: digits(10), count=2),
    Kind("canada_post", "", lambda: digits(15), gs1, count=6, wrong=4),
    Kind("purolator", "", lambda: rnd.choice("0123") + digits(10), luhn, count=5, wrong=4),
    Kind("purolator", lambda: letters(3), lambda: digits(9)),
    Kind("ontrac", "C", lambda: rnd.choice("1236789") + digits(12), ups, hidden="4", count=5, wrong=4),
    Kind("ontrac", "D", lambda: rnd.choice("1236789") + digits(12), ups, hidden="5", count=5, wrong=4),
    Kind("lasership", lambda: "L" + rnd.choice("XAIEHN") + "1", lambda: digits(7), count=4),
    Kind("lasership", "1LS72", lambda: digits(10), count=2),
    Kind("lasership", "1LS7119012", lambda: digits(6), tail="-1", count=1, form=lambda n: n),
    Kind("lasership", "1LSCX", lambda: letters(4) + digits(6), count=2),
    Kind("canpar", lambda: rnd.choice("CDKLSUXZ"), lambda: digits(21), count=4),
    Kind("landmark", "LTN", lambda: digits(8), tail="N1", count=3),
    Kind("old_dominion", "", lambda: rnd.choice(("072", "777", "778", "800", "809")) + digits(7), luhn, count=4, wrong=3),
    Kind("speedee", "SP", lambda: digits(18), count=2),
    Kind("gofo", "GFUS", lambda: digits(14), count=2),
    Kind("uniuni", "UUS", lambda: digits(4) + letters(1) + digits(11), count=2),
    Kind("yodel", lambda: rnd.choice(("JD", "JJD")) + "0002", lambda: digits(12), count=4),
    Kind("dpd", "", lambda: "0" + digits(13), count=4),
    Kind("dpd", "", lambda: "0" + digits(13), iso37_36, count=5, wrong=4, form=lambda n: fours(n[:14]) + " " + n[14:]),
    Kind("dpd", "", lambda: "00" + digits(25), iso37_36, count=4, wrong=3),
    Kind("gls", "", lambda: digits(11), count=3),
    Kind("gls", "", lambda: digits(11), gls, count=4, wrong=3),
    Kind("gls", "ZX", lambda: digits(2) + letters(4), count=1),
    Kind("hermes", "", lambda: digits(13), gs1, count=5, wrong=4),
    Kind("hermes", "", lambda: "003406" + digits(13), gs1, count=2, wrong=2),
    Kind("hermes", "H", lambda: digits(19), count=2),
    Kind("evri", "H00", lambda: letters(3) + digits(10), count=3),
    Kind("evri", "T00", lambda: letters(3) + digits(10), count=2),
    Kind("postnl", "3S", lambda: letters(4) + digits(9), count=4),
    Kind("laposte", lambda: rnd.choice(("6A", "8U", "9V", "8G")), lambda: digits(10), gs1, count=4, wrong=0),
    Kind("laposte", "", lambda: "870" + digits(11), iso37_36, count=2, wrong=2),
    Kind("mondial_relay", lambda: (lambda b: b + mod11(b))(digits(10) + "0101"), lambda: digits(10), mod11),
    Kind("post_at", "", lambda: "10" + digits(19), gs1, count=3, wrong=0),
    Kind("swiss_post", "99", lambda: digits(16), count=4, form=lambda n: ".".join((n[:2], n[2:4], n[4:10], n[10:]))),
    Kind("correos", "PQ", lambda: letters(2) + digits(18) + letters(1), count=2),
    Kind("poste_italiane", "1UW", lambda: letters(1) + digits(9), count=2),
    Kind("inpost", lambda: rnd.choice("56"), lambda: digits(23), count=5),
    Kind("poczta_polska", "", lambda: "00359007" + digits(11), gs1, count=3, wrong=3),
    Kind("packeta", "Z", lambda: digits(10), count=3),
    Kind("postnord", "", lambda: "00573" + digits(14), gs1),
    Kind("postnord", "", lambda: digits(11) + "SE", count=2),
    Kind("bring", "", lambda: "370" + digits(14), gs1),
    Kind("posti", "JJFI", lambda: digits(17), count=2),
    Kind("bpost", "32", lambda: digits(22), count=2),
    Kind("yamato", "", lambda: digits(11), mod7, count=4, wrong=3),
    Kind("sagawa", "", lambda: digits(11), mod7, count=3, wrong=2),
    Kind("japan_post", "", lambda: digits(11), mod7, count=2, wrong=2),
    Kind("cainiao", "LP00", lambda: digits(12), count=3),
    Kind("cainiao", "CNG", lambda: digits(14), count=1),
    Kind("yunexpress", "YT", lambda: digits(16), count=3),
    Kind("yanwen", "UG", lambda: digits(8), s10, "YP"),
    Kind("4px", "4PX", lambda: digits(13), tail="CN", count=2),
    Kind("sf_express", "SF", lambda: digits(13), count=3),
    Kind("jt_express", "JT", lambda: digits(13), count=2),
    Kind("jd_logistics", "JDVA", lambda: digits(11), count=2),
    Kind("delhivery", "", lambda: digits(13), count=2),
    Kind("blue_dart", "", lambda: digits(10), mod7, wrong=0),
    Kind("aramex", "", lambda: digits(10), mod7, wrong=0),
    Kind("ekart", "FMPP", lambda: digits(10), count=2),
    Kind("ctt_express", "00", lambda: digits(4) + "00" + digits(14), count=2),
    Kind("mrw", "", lambda: digits(5) + letters(1) + digits(6), count=1),
    Kind("tnt", "GD", lambda: digits(9), tail="WW", count=1),
    Kind("australia_post", lambda: letters(3), lambda: digits(10) + "000" + digits(6), count=2),
    Kind("nz_post", "", lambda: digits(16) + "AKL" + digits(3) + "HN", count=2),
    Kind("couriersplease", "CP", lambda: letters(3) + digits(7), count=1),
    Kind("flash_express", "TH", lambda: digits(5) + "FK" + digits(1) + letters(1) + digits(1) + letters(2), count=1),
    Kind("wanb_express", "WNBAA", lambda: digits(10), tail="YQ", count=1),
    Kind("intelcom", "INTLCM", lambda: letters(1) + digits(9), count=1),
    Kind("lazada", "MYMPA", lambda: digits(9), count=1),
]
POSTS = {
    "DE": "dhl", "GB": "royal_mail", "US": "usps", "NL": "postnl", "FR": "laposte", "AT": "post_at", "CH": "swiss_post", "ES": "correos",
    "IT": "poste_italiane", "AU": "australia_post", "CA": "canada_post", "SE": "postnord", "DK": "postnord", "NO": "bring", "BE": "bpost",
    "PL": "poczta_polska", "CZ": "czech_post", "JP": "japan_post", "KR": "korea_post", "CN": "china_post", "HK": "hongkong_post",
    "SG": "singapore_post", "IN": "india_post", "BR": "correios", "PT": "ctt", "IE": "an_post", "HU": "magyar_posta", "GR": "hellenic_post",
    "FI": "posti", "TR": "ptt", "UA": "ukrposhta", "NZ": "nz_post", "MY": "pos_malaysia", "TH": "thailand_post", "RO": "posta_romana", "EE": "omniva",
    "CV": "posts", "CF": "posts", "ZA": "south_african_post", "IL": "israel_post", "MX": "correos_mexico", "VN": "vietnam_post",
    "ID": "pos_indonesia", "EG": "egypt_post", "IS": "posturinn", "TW": "chunghwa_post", "KZ": "kazpost", "SA": "saudi_post",
}
# What a carrier does not have: length, prefix, letters, country.
NOT_THEIRS = [
    ("ups", "2Z" + "5A8939" + digits(10)), ("ups", "1Z" + digits(15)), ("amazon", "TBB" + digits(12)), ("amazon", "TBA" + digits(11) + "A"),
    ("usps", "2334" + digits(18)), ("canpar", "M" + digits(21)), ("canpar", "D" + digits(20)), ("landmark", "LSN" + digits(8) + "N1"),
    ("lasership", "LC1" + digits(6) + "N"), ("lasership", "1LS75" + digits(10)), ("lasership", "1LS7119012" + digits(6) + "-2"), ("speedee", "SX" + digits(18)), ("gofo", "GFUS" + digits(13)),
    ("yodel", "JC0002" + digits(12)), ("yodel", "JD0002" + digits(11)), ("yunexpress", "YT" + digits(15)), ("purolator", "KY" + digits(9)), ("dhl", "GS" + digits(18)),
    ("posts", "RB123456785XX"), ("posts", "RB123456785QQ"), ("royal_mail", "RB1234567850GB"), ("old_dominion", "10000000000"), ("dpd", "0" + digits(10)), ("inpost", "4" + digits(23)),
]


def main():
    print("# made by make-numbers.py: valid or wrong, carrier, number as people write it; parted by tabs")
    kinds = KINDS + [post(country, carrier) for country, carrier in POSTS.items()]
    for kind in kinds:
        for turn in range(kind.count):
            print("valid\t%s\t%s" % (kind.carrier, written(kind.make(), kind, turn)))
        for turn in range(kind.wrong if kind.check else 0):
            print("wrong\t%s\t%s" % (kind.carrier, written(kind.spoil(kind.make(), turn), kind, turn)))
    for carrier, number in NOT_THEIRS:
        print("wrong\t%s\t%s" % (carrier, number))


main()
