#!/bin/sh
# A private Postfix on loopback, all its state in DIR; root only (Postfix changes users).
#	postfix.sh start DIR CERTS	CERTS: folder made by certs.sh. Writes DIR/port. Takes every mail, and hands it to
#					the Maildir DIR/mail/ (virtual delivery). STARTTLS and implicit TLS on the port after it.
#					Exits with 77 when it cannot run here.
#	postfix.sh stop DIR
set -eu
PATH=$PATH:/usr/sbin:/sbin
dir=$2
case $1 in
start)
	certs=$3
	command -v postfix >/dev/null && [ "$(id -u)" = 0 ] || exit 77
	daemons=$(postconf -d -h daemon_directory 2>/dev/null) || exit 77
	mkdir -p "$dir/etc" "$dir/spool" "$dir/data" "$dir/mail"
	chmod 755 "$dir"
	chown postfix "$dir/data"
	chown nobody "$dir/mail"
	# Postfix wants to read the key as root and the rest by anybody.
	cp "$certs/good.pem" "$certs/good.key" "$dir/etc/"
	chmod 600 "$dir/etc/good.key"
	cat >"$dir/etc/main.cf" <<END
compatibility_level = 3.6
queue_directory = $dir/spool
data_directory = $dir/data
daemon_directory = $daemons
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.com
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
maillog_file = $dir/spool/log
maillog_file_prefixes = $dir
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:mail/
virtual_mailbox_base = $dir
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
virtual_minimum_uid = 1
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_cert_file = $dir/etc/good.pem
smtpd_tls_key_file = $dir/etc/good.key
smtpd_tls_security_level = may
smtputf8_enable = no
END
	tries=0
	while [ $tries -lt 20 ]; do
		tries=$((tries + 1))
		# Below Dovecot's ports and those that the kernel gives away.
		port=$((10000 + ($$ * 14 + tries * 262 + $(date +%N | sed 's/^0*//;s/^$/0/') / 1000 * 2) % 9998))
		cat >"$dir/etc/master.cf" <<END
127.0.0.1:$port inet n - n - - smtpd
127.0.0.1:$((port + 1)) inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
smtp unix - - n - - smtp
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
flush unix n - n 1000? 0 flush
postlog unix-dgram n - n - 1 postlogd
END
		if postfix -c "$dir/etc" start >"$dir/start.log" 2>&1; then
			echo "$port" >"$dir/port"
			exit 0
		fi
		grep -q "in use" "$dir/start.log" "$dir/spool/log" 2>/dev/null || break
		rm -f "$dir/spool/log"
	done
	cat "$dir/start.log" >&2
	exit 77
	;;
stop)
	[ ! -d "$dir/etc" ] || postfix -c "$dir/etc" stop >>"$dir/start.log" 2>&1 || true
	;;
esac
