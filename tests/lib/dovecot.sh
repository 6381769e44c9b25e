#!/bin/sh
# A private Dovecot on loopback, as root or as an ordinary user; all its state in DIR.
#	dovecot.sh start DIR	any user name logs in with the password "secret"; writes DIR/ports: IMAP=n IMAPS=n.
#				127.0.0.1 shows the certificate good, .2 wrong, .3 self, .4 expired (certs.sh).
#				Exits with 77 when Dovecot or openssl is not installed.
#	dovecot.sh stop DIR
#	dovecot.sh crash DIR	kills it and all its workers at once
#	dovecot.sh again DIR	starts a stopped or crashed one on the same ports
# Mails of USER lie in the Maildir DIR/mail/USER; new files there belong to the user named in DIR/owner.
set -eu
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)
dir=$2
case $1 in
start)
	command -v dovecot >/dev/null && command -v openssl >/dev/null || exit 77
	mkdir -p "$dir/mail" "$dir/certs"
	sh "$here/certs.sh" "$dir/certs"
	if [ "$(id -u)" = 0 ]; then owner=nobody; group=nogroup; login=nobody; internal=nobody
	else owner=$(id -un); group=$(id -gn); login=$owner; internal=$owner; fi
	echo "$owner" >"$dir/owner"
	chmod 755 "$dir"
	chown "$owner" "$dir/mail"
	tries=0
	while [ $tries -lt 20 ]; do
		tries=$((tries + 1))
		imap=$((20000 + ($$ * 7 + tries * 131 + $(date +%N | sed 's/^0*//;s/^$/0/') / 1000) % 12000))
		imaps=$((imap + 1))
		cat >"$dir/dovecot.conf" <<END
base_dir = $dir/run
state_dir = $dir/state
log_path = $dir/log
protocols = imap
listen = 127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.4
default_internal_user = $internal
default_internal_group = $group
default_login_user = $login
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:$dir/mail/%u
namespace inbox {
  inbox = yes
  mailbox "Gesendete Objekte" {
    special_use = \\Sent
  }
}
mail_max_userip_connections = 100
maildir_stat_dirs = yes
ssl = yes
ssl_cert = <$dir/certs/good.pem
ssl_key = <$dir/certs/good.key
local 127.0.0.2 {
  ssl_cert = <$dir/certs/wrong.pem
  ssl_key = <$dir/certs/wrong.key
}
local 127.0.0.3 {
  ssl_cert = <$dir/certs/self.pem
  ssl_key = <$dir/certs/self.key
}
local 127.0.0.4 {
  ssl_cert = <$dir/certs/expired.pem
  ssl_key = <$dir/certs/expired.key
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=$owner gid=$group home=$dir/mail/%u allow_all_users=yes
}
first_valid_uid = 1
service anvil {
  chroot =
}
service imap-login {
  chroot =
  process_min_avail = 1
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
    ssl = yes
  }
}
service stats {
  chroot =
}
END
		if dovecot -c "$dir/dovecot.conf" 2>"$dir/start.log"; then
			printf 'IMAP=%s\nIMAPS=%s\n' $imap $imaps >"$dir/ports"
			exit 0
		fi
		grep -q "in use" "$dir/start.log" "$dir/log" 2>/dev/null || break
	done
	cat "$dir/start.log" >&2
	exit 1 ;;
crash)
	pid=$(cat "$dir/run/master.pid")
	workers=$(grep -l "^PPid:[[:space:]]*$pid\$" /proc/[0-9]*/status 2>/dev/null | cut -d/ -f3 || :)
	kill -KILL "$pid" $workers
	while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
	rm -f "$dir/run/master.pid" ;;
again)
	dovecot -c "$dir/dovecot.conf" ;;
stop)
	[ -f "$dir/run/master.pid" ] || exit 0
	pid=$(cat "$dir/run/master.pid")
	kill "$pid" 2>/dev/null || exit 0
	while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done ;;
*)
	echo "usage: dovecot.sh start|stop|crash|again DIR" >&2
	exit 2 ;;
esac
