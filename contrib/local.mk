# Documentation, service files and scripts around the program.
EXTRA_DIST += contrib
dist_man_MANS = contrib/man/wismo.1 contrib/man/wismo.conf.5 contrib/man/wismo-carriers.5 contrib/man/wismo-channels.5 contrib/man/wismo-facts.7 \
	contrib/man/wismo-policy.5 contrib/man/wismo-rules.5 contrib/man/wismo-templates.5
