# Tests speak TAP. A unit test links the layer of its unit and those below; the seams are tests/lib's.
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	srcdir='$(srcdir)'; export srcdir; builddir='$(builddir)'; export builddir; \
	WISMO_TEST_SRC='$(abs_top_srcdir)'; export WISMO_TEST_SRC; \
	WISMO_TEST_BUILD='$(abs_top_builddir)'; export WISMO_TEST_BUILD;
EXTRA_DIST += tests

TEST_SEAMS = tests/lib/clock_fake.c src/base/fault_none.c
# A desk: rulebook, settings, store and mails for tests of the mind.
DESK = tests/lib/desk.c tests/lib/desk.h
STORY = $(DESK) tests/lib/story.c tests/lib/story.h
TEST_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)

# ---- units: one line in check_PROGRAMS, one block each ----
check_PROGRAMS += tests/unit/test-clock
tests_unit_test_clock_SOURCES = tests/unit/test-clock.c $(TEST_SEAMS)
tests_unit_test_clock_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_clock_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-secret
tests_unit_test_secret_SOURCES = tests/unit/test-secret.c $(TEST_SEAMS)
tests_unit_test_secret_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_secret_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-compose
tests_unit_test_compose_SOURCES = tests/unit/test-compose.c $(TEST_SEAMS)
tests_unit_test_compose_CFLAGS = $(TEST_CFLAGS) $(GMIME_CFLAGS)
tests_unit_test_compose_LDADD = $(MAIL_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-mailbox
tests_unit_test_mailbox_SOURCES = tests/unit/test-mailbox.c $(TEST_SEAMS)
tests_unit_test_mailbox_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_mailbox_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-maildir
tests_unit_test_maildir_SOURCES = tests/unit/test-maildir.c $(TEST_SEAMS)
tests_unit_test_maildir_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_maildir_LDADD = $(MAIL_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-digest
tests_unit_test_digest_SOURCES = tests/unit/test-digest.c $(TEST_SEAMS)
tests_unit_test_digest_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_digest_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-needle
tests_unit_test_needle_SOURCES = tests/unit/test-needle.c $(TEST_SEAMS)
tests_unit_test_needle_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_needle_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/corpus/test-needle
tests_corpus_test_needle_SOURCES = tests/corpus/test-needle.c $(TEST_SEAMS)
tests_corpus_test_needle_CFLAGS = $(TEST_CFLAGS)
tests_corpus_test_needle_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-pattern
tests_unit_test_pattern_SOURCES = tests/unit/test-pattern.c $(TEST_SEAMS)
tests_unit_test_pattern_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_pattern_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-gloss
tests_unit_test_gloss_SOURCES = tests/unit/test-gloss.c $(TEST_SEAMS)
tests_unit_test_gloss_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_gloss_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-lexicon
tests_unit_test_lexicon_SOURCES = tests/unit/test-lexicon.c $(TEST_SEAMS)
tests_unit_test_lexicon_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_lexicon_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-words
tests_unit_test_words_SOURCES = tests/unit/test-words.c $(TEST_SEAMS)
tests_unit_test_words_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_words_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-lint
tests_unit_test_lint_SOURCES = tests/unit/test-lint.c $(TEST_SEAMS)
tests_unit_test_lint_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_lint_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-gate
tests_unit_test_gate_SOURCES = tests/unit/test-gate.c $(TEST_SEAMS)
tests_unit_test_gate_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_gate_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-answers
tests_unit_test_answers_SOURCES = tests/unit/test-answers.c $(TEST_SEAMS)
tests_unit_test_answers_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_answers_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-carrier
tests_unit_test_carrier_SOURCES = tests/unit/test-carrier.c $(TEST_SEAMS)
tests_unit_test_carrier_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_carrier_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-deadline
tests_unit_test_deadline_SOURCES = tests/unit/test-deadline.c $(TEST_SEAMS)
tests_unit_test_deadline_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_deadline_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-policy
tests_unit_test_policy_SOURCES = tests/unit/test-policy.c $(TEST_SEAMS)
tests_unit_test_policy_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_policy_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-autoconfig
tests_unit_test_autoconfig_SOURCES = tests/unit/test-autoconfig.c $(TEST_SEAMS)
tests_unit_test_autoconfig_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_autoconfig_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-discover
tests_flow_test_discover_SOURCES = tests/flow/test-discover.c tests/lib/resolver.c tests/lib/resolver.h $(TEST_SEAMS)
tests_flow_test_discover_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_discover_LDADD = $(ALL_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-domain-file
tests_flow_test_domain_file_SOURCES = tests/flow/test-domain-file.c tests/lib/resolver.c tests/lib/resolver.h $(TEST_SEAMS)
tests_flow_test_domain_file_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_domain_file_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=http_ask
tests_flow_test_domain_file_LDADD = $(ALL_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-render
tests_unit_test_render_SOURCES = tests/unit/test-render.c $(TEST_SEAMS)
tests_unit_test_render_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_render_LDADD = src/libconf.a src/libmail.a src/libnet.a $(CORE_LIBS) $(CONFUSE_LIBS) $(CURL_LIBS) $(GMIME_LIBS) $(ETPAN_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-template
tests_unit_test_template_SOURCES = tests/unit/test-template.c $(TEST_SEAMS)
tests_unit_test_template_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_template_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-store
tests_unit_test_store_SOURCES = tests/unit/test-store.c $(TEST_SEAMS)
tests_unit_test_store_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_store_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-permit
tests_unit_test_permit_SOURCES = tests/unit/test-permit.c $(TEST_SEAMS)
tests_unit_test_permit_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_permit_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-reply
tests_unit_test_reply_SOURCES = tests/unit/test-reply.c tests/lib/moves.c tests/lib/moves.h tests/lib/ledger.c tests/lib/ledger.h $(TEST_SEAMS)
tests_unit_test_reply_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_reply_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-task
tests_unit_test_task_SOURCES = tests/unit/test-task.c tests/lib/moves.c tests/lib/moves.h tests/lib/ledger.c tests/lib/ledger.h $(TEST_SEAMS)
tests_unit_test_task_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_task_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-utf7
tests_unit_test_utf7_SOURCES = tests/unit/test-utf7.c $(TEST_SEAMS)
tests_unit_test_utf7_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_utf7_LDADD = $(MAIL_LIBS) $(CMOCKA_LIBS)
# Not a test itself: `tests/corpus/measure all held`; check-corpus.sh holds the floors.
noinst_PROGRAMS += tests/corpus/measure
tests_corpus_measure_SOURCES = tests/corpus/measure.c $(TEST_SEAMS)
tests_corpus_measure_LDADD = $(CONF_LIBS)
check_SCRIPTS += tests/corpus/check-corpus.sh

check_PROGRAMS += tests/unit/test-cell
tests_unit_test_cell_SOURCES = tests/unit/test-cell.c $(TEST_SEAMS)
tests_unit_test_cell_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_cell_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-import
tests_flow_test_import_SOURCES = tests/flow/test-import.c $(TEST_SEAMS)
tests_flow_test_import_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_import_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/corpus/test-raw
tests_corpus_test_raw_SOURCES = tests/corpus/test-raw.c $(TEST_SEAMS)
tests_corpus_test_raw_CFLAGS = $(TEST_CFLAGS)
tests_corpus_test_raw_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-expr
tests_unit_test_expr_SOURCES = tests/unit/test-expr.c $(TEST_SEAMS)
tests_unit_test_expr_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_expr_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test-mime
tests_unit_test_mime_SOURCES = tests/unit/test-mime.c $(TEST_SEAMS)
tests_unit_test_mime_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_mime_LDADD = $(MAIL_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-html
tests_unit_test_html_SOURCES = tests/unit/test-html.c $(TEST_SEAMS)
tests_unit_test_html_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_html_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-buyertext
tests_unit_test_buyertext_SOURCES = tests/unit/test-buyertext.c $(TEST_SEAMS)
tests_unit_test_buyertext_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_buyertext_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-machine
tests_unit_test_machine_SOURCES = tests/unit/test-machine.c $(TEST_SEAMS)
tests_unit_test_machine_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_machine_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-channel
tests_unit_test_channel_SOURCES = tests/unit/test-channel.c $(TEST_SEAMS)
tests_unit_test_channel_CFLAGS = $(TEST_CFLAGS)
tests_unit_test_channel_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-alarm
tests_flow_test_alarm_SOURCES = tests/flow/test-alarm.c $(DESK) $(TEST_SEAMS)
tests_flow_test_alarm_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_alarm_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-pause
tests_flow_test_pause_SOURCES = tests/flow/test-pause.c $(DESK) $(TEST_SEAMS)
tests_flow_test_pause_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_pause_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-pay
tests_flow_test_pay_SOURCES = tests/flow/test-pay.c $(DESK) $(TEST_SEAMS)
tests_flow_test_pay_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_pay_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-decide
tests_flow_test_decide_SOURCES = tests/flow/test-decide.c $(STORY) $(TEST_SEAMS)
tests_flow_test_decide_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_decide_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-decide-order
tests_flow_test_decide_order_SOURCES = tests/flow/test-decide-order.c $(STORY) $(TEST_SEAMS)
tests_flow_test_decide_order_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_decide_order_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-decide-person
tests_flow_test_decide_person_SOURCES = tests/flow/test-decide-person.c $(STORY) $(TEST_SEAMS)
tests_flow_test_decide_person_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_decide_person_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-decide-sent
tests_flow_test_decide_sent_SOURCES = tests/flow/test-decide-sent.c $(STORY) $(TEST_SEAMS)
tests_flow_test_decide_sent_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_decide_sent_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-understand
tests_flow_test_understand_SOURCES = tests/flow/test-understand.c $(DESK) $(TEST_SEAMS)
tests_flow_test_understand_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_understand_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

# Fuzzers: with --enable-fuzzing (clang) libFuzzer programs, else they replay their corpora as tests.
FUZZ_REPLAY = $(TEST_SEAMS) tests/lib/fuzz.h
if FUZZING
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
else
FUZZ_REPLAY += tests/lib/fuzz_replay.c
FUZZ_LINK = $(AM_LDFLAGS)
endif

check_PROGRAMS += tests/fuzz/fuzz-mail
tests_fuzz_fuzz_mail_SOURCES = tests/fuzz/fuzz-mail.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_mail_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_mail_LDADD = $(FLOW_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-html
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz-html.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_html_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_html_LDADD = $(CORE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-autoconfig
tests_fuzz_fuzz_autoconfig_SOURCES = tests/fuzz/fuzz-autoconfig.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_autoconfig_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_autoconfig_LDADD = $(CORE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-buyertext
tests_fuzz_fuzz_buyertext_SOURCES = tests/fuzz/fuzz-buyertext.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_buyertext_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_buyertext_LDADD = $(CORE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-pack
tests_fuzz_fuzz_pack_SOURCES = tests/fuzz/fuzz-pack.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_pack_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_pack_LDADD = $(CONF_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-gloss
tests_fuzz_fuzz_gloss_SOURCES = tests/fuzz/fuzz-gloss.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_gloss_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_gloss_LDADD = $(CONF_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-classify
tests_fuzz_fuzz_classify_SOURCES = tests/fuzz/fuzz-classify.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_classify_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_classify_LDADD = $(CONF_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-channel
tests_fuzz_fuzz_channel_SOURCES = tests/fuzz/fuzz-channel.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_channel_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_channel_LDADD = $(CONF_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-carrier
tests_fuzz_fuzz_carrier_SOURCES = tests/fuzz/fuzz-carrier.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_carrier_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_carrier_LDADD = $(CONF_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-answer
tests_fuzz_fuzz_answer_SOURCES = tests/fuzz/fuzz-answer.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_answer_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_answer_LDADD = $(CONF_LIBS)

check_PROGRAMS += tests/fuzz/fuzz-numbers
tests_fuzz_fuzz_numbers_SOURCES = tests/fuzz/fuzz-numbers.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_numbers_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_numbers_LDADD = $(CONF_LIBS)

check_PROGRAMS += tests/flow/test-malformed
tests_flow_test_malformed_SOURCES = tests/flow/test-malformed.c $(TEST_SEAMS)
tests_flow_test_malformed_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_malformed_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

# ---- flows and everything that is a script ----
INBOX_LIB = tests/lib/inbox.c tests/lib/inbox.h tests/lib/peer.c tests/lib/peer.h \
	tests/lib/clock_fake.c
# Benches: make tests/bench/drain tests/bench/fetch && tests/bench/fetch 10000 tests/bench/drain
EXTRA_PROGRAMS += tests/bench/drain tests/bench/fetch
tests_bench_drain_SOURCES = tests/bench/drain.c
tests_bench_drain_LDADD =
tests_bench_fetch_SOURCES = tests/bench/fetch.c $(INBOX_LIB)
tests_bench_fetch_LDADD = $(FLOW_LIBS)

check_PROGRAMS += tests/flow/test-fetch
tests_flow_test_fetch_SOURCES = tests/flow/test-fetch.c $(INBOX_LIB)
tests_flow_test_fetch_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_fetch_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-watch
tests_flow_test_watch_SOURCES = tests/flow/test-watch.c $(INBOX_LIB)
tests_flow_test_watch_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_watch_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-stream
tests_flow_test_stream_SOURCES = tests/flow/test-stream.c tests/lib/peer.c tests/lib/peer.h $(TEST_SEAMS)
tests_flow_test_stream_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_stream_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-send
tests_flow_test_send_SOURCES = tests/flow/test-send.c tests/lib/ledger.c tests/lib/ledger.h tests/lib/peer.c tests/lib/peer.h $(TEST_SEAMS)
tests_flow_test_send_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_send_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-smtp
tests_flow_test_smtp_SOURCES = tests/flow/test-smtp.c tests/lib/peer.c tests/lib/peer.h $(TEST_SEAMS)
tests_flow_test_smtp_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_smtp_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-file
tests_flow_test_file_SOURCES = tests/flow/test-file.c $(INBOX_LIB)
tests_flow_test_file_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_file_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_SCRIPTS += tests/flow/classify.sh

check_SCRIPTS += tests/unit/headers.sh tests/unit/layering.sh tests/unit/sources.sh tests/unit/settings.sh tests/flow/commands.sh

check_SCRIPTS += tests/carrier/numbers.sh tests/carrier/test-carrier.sh
check_SCRIPTS += tests/flow/servers.sh tests/flow/smtp.sh

# The carriers' servers, their faults and every shipped sample (needs python3).
noinst_PROGRAMS += tests/flow/tracker
tests_flow_tracker_SOURCES = tests/flow/tracker.c $(TEST_SEAMS)
tests_flow_tracker_LDADD = $(FLOW_LIBS)
check_SCRIPTS += tests/flow/carrier.sh

check_PROGRAMS += tests/flow/test-http
tests_flow_test_http_SOURCES = tests/flow/test-http.c $(TEST_SEAMS)
tests_flow_test_http_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_http_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-track
tests_flow_test_track_SOURCES = tests/flow/test-track.c $(TEST_SEAMS)
tests_flow_test_track_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_track_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-track-next
tests_flow_test_track_next_SOURCES = tests/flow/test-track-next.c $(TEST_SEAMS)
tests_flow_test_track_next_CFLAGS = $(TEST_CFLAGS)
tests_flow_test_track_next_LDADD = $(FLOW_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/carrier/test-mutate
tests_carrier_test_mutate_SOURCES = tests/carrier/test-mutate.c $(TEST_SEAMS)
tests_carrier_test_mutate_CFLAGS = $(TEST_CFLAGS)
tests_carrier_test_mutate_LDADD = $(CONF_LIBS) $(CMOCKA_LIBS)

# ---- crashes: the product with fault points that kill ----
noinst_PROGRAMS += tests/crash/wismo-faults
tests_crash_wismo_faults_SOURCES = src/cmd/main.c src/base/clock_now.c tests/lib/fault_kill.c tests/lib/poison.c
tests_crash_wismo_faults_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=mime_read
tests_crash_wismo_faults_LDADD = $(ALL_LIBS)
check_SCRIPTS += tests/crash/crash.sh tests/crash/send.sh tests/unit/facts-man.sh
TESTS += $(check_PROGRAMS) $(check_SCRIPTS)

# Reading: make tests/bench/read && tests/bench/read
EXTRA_PROGRAMS += tests/bench/read
tests_bench_read_SOURCES = tests/bench/read.c $(SEAMS)
tests_bench_read_CFLAGS = $(AM_CFLAGS) $(GMIME_CFLAGS)
tests_bench_read_LDADD = $(FLOW_LIBS)

# One durable step: make tests/bench/step && tests/bench/step [FOLDER]. Reaction: python3 tests/bench/reaction.py
EXTRA_PROGRAMS += tests/bench/step
tests_bench_step_SOURCES = tests/bench/step.c $(TEST_SEAMS)
tests_bench_step_LDADD = $(STORE_LIBS)
