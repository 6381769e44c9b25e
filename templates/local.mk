# Editable data: installed as shipped, never edited in place; the seller's overlay wins file by file.
EXTRA_DIST += templates
install-data-local:
	cd $(srcdir)/templates && find . -type f ! -name local.mk ! -name '*~' | while read -r f; do \
		$(MKDIR_P) "$(DESTDIR)$(pkgdatadir)/$$(dirname "$$f")" && \
		$(INSTALL_DATA) "$$f" "$(DESTDIR)$(pkgdatadir)/$$f" || exit 1; done
uninstall-local:
	rm -rf "$(DESTDIR)$(pkgdatadir)"
