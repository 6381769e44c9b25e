# One library a layer: a test links its unit's layer and those below, and cannot reach further.

noinst_LIBRARIES += src/libbase.a src/libmodel.a src/libcore.a src/libnet.a src/libmail.a \
	src/libconf.a src/libstore.a src/libflow.a src/libcmd.a

src_libbase_a_SOURCES = \
	src/base/clock.c \
	src/base/confine.c \
	src/base/digest.c \
	src/base/error.c \
	src/base/log.c \
	src/base/notify.c \
	src/base/secret.c

src_libmodel_a_SOURCES = \
	src/model/account.c \
	src/model/case.c \
	src/model/facts.c \
	src/model/intent.c \
	src/model/letter.c \
	src/model/mail.c \
	src/model/order.c \
	src/model/reading.c \
	src/model/reply.c \
	src/model/task.c \
	src/model/tracking.c

src_libcore_a_SOURCES = \
	src/core/check.c \
	src/core/carrier.c \
	src/core/carrier_find.c \
	src/core/carrier_life.c \
	src/core/carrier_compile.c \
	src/core/carrier_map.c \
	src/core/carrier_other.c \
	src/core/carrier_places.c \
	src/core/carrier_request.c \
	src/core/carrier_prove.c \
	src/core/carrier_shapes.c \
	src/core/carrier_words.c \
	src/core/carrier_p.h \
	src/core/gate.c \
	src/core/expr.c \
	src/core/expr_functions.c \
	src/core/expr_p.h \
	src/core/moment.c \
	src/core/answerable.c \
	src/core/autoconfig.c \
	src/core/buyertext.c \
	src/core/cell.c \
	src/core/cell_moment.c \
	src/core/channel.c \
	src/core/channel_life.c \
	src/core/channel_prove.c \
	src/core/classify.c \
	src/core/classify_p.h \
	src/core/classify_place.c \
	src/core/classify_words.c \
	src/core/fold.c \
	src/core/fold_mend.c \
	src/core/fold_p.h \
	src/core/fold_pattern.c \
	src/core/history.c \
	src/core/history_p.h \
	src/core/html.c \
	src/core/machine.c \
	src/core/language.c \
	src/core/numbers.c \
	src/core/needle.c \
	src/core/needle_p.h \
	src/core/needle_want.c \
	src/core/pack.c \
	src/core/pattern.c \
	src/core/deadline.c \
	src/core/permit.c \
	src/core/policy.c \
	src/core/regex.c \
	src/core/gloss.c \
	src/core/gloss_p.h \
	src/core/gloss_tokens.c \
	src/core/lexicon.c \
	src/core/lint.c \
	src/core/render.c \
	src/core/table.c \
	src/core/template.c \
	src/core/template_p.h \
	src/core/template_render.c

src_libnet_a_SOURCES = \
	src/net/address.c \
	src/net/address_p.h \
	src/net/authorities.c \
	src/net/authorities_p.h \
	src/net/http.c \
	src/net/smtp.c \
	src/net/stream.c
src_libnet_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)

src_libmail_a_SOURCES = \
	src/mail/charset.c \
	src/mail/charset_p.h \
	src/mail/compose.c \
	src/mail/flowed.c \
	src/mail/flowed_p.h \
	src/mail/imap.c \
	src/mail/imap_driver.c \
	src/mail/imap_fetch.c \
	src/mail/imap_folders.c \
	src/mail/imap_p.h \
	src/mail/maildir.c \
	src/mail/mime.c \
	src/mail/mime_head.c \
	src/mail/mime_head_p.h \
	src/mail/utf7.c \
	src/mail/words.c \
	src/mail/words_p.h
src_libmail_a_CFLAGS = $(AM_CFLAGS) $(ETPAN_CFLAGS) $(GMIME_CFLAGS)

src_libconf_a_SOURCES = \
	src/conf/carrier.c \
	src/conf/channel.c \
	src/conf/columns.c \
	src/conf/confuse.c \
	src/conf/confuse_p.h \
	src/conf/overlay.c \
	src/conf/pack_file.c \
	src/conf/gloss_file.c \
	src/conf/gloss_file_p.h \
	src/conf/lines.c \
	src/conf/lines_p.h \
	src/conf/pack_weights.c \
	src/conf/pack_weights_p.h \
	src/conf/deadlines.c \
	src/conf/policy.c \
	src/conf/replies.c \
	src/conf/rulebook.c \
	src/conf/settings.c \
	src/conf/settings_account.c \
	src/conf/settings_p.h
src_libconf_a_CFLAGS = $(AM_CFLAGS) $(CONFUSE_CFLAGS)

src_libstore_a_SOURCES = \
	src/store/lookup.c \
	src/store/tracking.c \
	src/store/act.c \
	src/store/act_p.h \
	src/store/alarm.c \
	src/store/authorize.c \
	src/store/case.c \
	src/store/case_act.c \
	src/store/case_reply.c \
	src/store/dossier.c \
	src/store/filing.c \
	src/store/instance.c \
	src/store/mail.c \
	src/store/mailbox.c \
	src/store/migrate.c \
	src/store/order.c \
	src/store/reply.c \
	src/store/reply_act.c \
	src/store/overview.c \
	src/store/reply_look.c \
	src/store/reading.c \
	src/store/sql.c \
	src/store/sql_p.h \
	src/store/store.c \
	src/store/store_p.h \
	src/store/task.c \
	src/store/task_put.c \
	src/store/verdict.c
nodist_src_libstore_a_SOURCES = src/store/schema-1.h

src_libflow_a_SOURCES = \
	src/flow/batch.c \
	src/flow/batch_p.h \
	src/flow/track.c \
	src/flow/track_ask.c \
	src/flow/track_lane.c \
	src/flow/track_next.c \
	src/flow/track_p.h \
	src/flow/discover.c \
	src/flow/fetch.c \
	src/flow/fetch_imap.c \
	src/flow/fetch_maildir.c \
	src/flow/fetch_p.h \
	src/flow/fetch_watch.c \
	src/flow/file.c \
	src/flow/import.c \
	src/flow/import_columns.c \
	src/flow/import_folder.c \
	src/flow/import_p.h \
	src/flow/import_row.c \
	src/flow/act.c \
	src/flow/act_hook.c \
	src/flow/act_promise.c \
	src/flow/act_p.h \
	src/flow/alarm.c \
	src/flow/decide.c \
	src/flow/decide_facts.c \
	src/flow/decide_make.c \
	src/flow/decide_missing.c \
	src/flow/decide_parcel.c \
	src/flow/decide_p.h \
	src/flow/decide_reply.c \
	src/flow/decide_sender.c \
	src/flow/outlet.c \
	src/flow/send.c \
	src/flow/sent.c \
	src/flow/thread.c \
	src/flow/thread_p.h \
	src/flow/understand.c \
	src/flow/understand_step.c \
	src/flow/probe.c \
	src/flow/run.c \
	src/flow/run_once.c \
	src/flow/run_p.h \
	src/flow/run_roles.c \
	src/flow/run_worker.c

src_libcmd_a_SOURCES = \
	src/cmd/answer.c \
	src/cmd/answer_p.h \
	src/cmd/carrier.c \
	src/cmd/decide.c \
	src/cmd/decide_p.h \
	src/cmd/edit.c \
	src/cmd/editor.c \
	src/cmd/editor_p.h \
	src/cmd/explain.c \
	src/cmd/policy.c \
	src/cmd/queue.c \
	src/cmd/template.c \
	src/cmd/track.c \
	src/cmd/check.c \
	src/cmd/check_carriers.c \
	src/cmd/check_languages.c \
	src/cmd/check_machine.c \
	src/cmd/check_p.h \
	src/cmd/check_settings.c \
	src/cmd/classify.c \
	src/cmd/classify_explain.c \
	src/cmd/classify_p.h \
	src/cmd/close.c \
	src/cmd/command.c \
	src/cmd/commands_p.h \
	src/cmd/completion.c \
	src/cmd/ids.c \
	src/cmd/ids_p.h \
	src/cmd/import.c \
	src/cmd/init.c \
	src/cmd/init_p.h \
	src/cmd/init_servers.c \
	src/cmd/look.c \
	src/cmd/print.c \
	src/cmd/provider.c \
	src/cmd/provider_p.h \
	src/cmd/report.c \
	src/cmd/run.c \
	src/cmd/show.c \
	src/cmd/status.c

# The seams: files that tests replace by their own at link time.
SEAMS = src/base/clock_now.c src/base/fault_none.c

bin_PROGRAMS += wismo
wismo_SOURCES = src/cmd/main.c $(SEAMS)

BASE_LIBS = src/libbase.a $(GLIB_LIBS) $(NETTLE_LIBS)
MODEL_LIBS = src/libmodel.a $(BASE_LIBS)
CORE_LIBS = src/libcore.a $(MODEL_LIBS) $(PCRE2_LIBS) $(SQLITE_LIBS) $(XML_LIBS) $(JANSSON_LIBS) $(TEXTCAT_LIBS) -lm
NET_LIBS = src/libnet.a $(BASE_LIBS) $(CURL_LIBS)
MAIL_LIBS = src/libmail.a src/libmodel.a src/libnet.a $(BASE_LIBS) $(CURL_LIBS) $(ETPAN_LIBS) $(GMIME_LIBS)
CONF_LIBS = src/libconf.a $(CORE_LIBS) $(CONFUSE_LIBS)
STORE_LIBS = src/libstore.a $(MODEL_LIBS) $(SQLITE_LIBS) -lm
FLOW_LIBS = src/libflow.a src/libconf.a src/libstore.a src/libmail.a src/libnet.a $(CORE_LIBS) \
	$(CONFUSE_LIBS) $(CURL_LIBS) $(ETPAN_LIBS) $(GMIME_LIBS)
ALL_LIBS = src/libcmd.a $(FLOW_LIBS)
wismo_LDADD = $(ALL_LIBS)

EXTRA_DIST += include src/store/schema-1.sql

# The schema as C strings.
src/store/schema-1.h: src/store/schema-1.sql
	$(AM_V_GEN)$(MKDIR_P) src/store && { echo 'static const char schema_1[] ='; \
	$(SED) -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/	"/' -e 's/$$/\\n"/' $(srcdir)/src/store/schema-1.sql; echo '	;'; } > $@
BUILT_SOURCES += src/store/schema-1.h
src/store/migrate.$(OBJEXT): src/store/schema-1.h	# also for "make wismo", which BUILT_SOURCES does not serve
CLEANFILES += src/store/schema-1.h

# How a program in its build tree finds templates/ of the source tree.
all-local: .wismo-source
.wismo-source: Makefile
	$(AM_V_GEN)echo "$(srcdir)" > $@
CLEANFILES += .wismo-source
