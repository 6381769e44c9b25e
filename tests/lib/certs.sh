#!/bin/sh
# usage: certs.sh DIR - makes a test authority and server certificates in DIR, each NAME.pem with its key NAME.key:
#	ca	the authority, to be named as ca_file
#	good	for 127.0.0.1, ::1 and localhost
#	wrong	for another host		self	signed by nobody but itself
#	expired	was for 127.0.0.4 until yesterday
set -eu
cd "$1"
[ ! -f certs.done ] || exit 0
umask 077
exec >certs.log 2>&1
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj "/CN=wismo test authority" \
	-addext basicConstraints=critical,CA:TRUE
sign() { # NAME ALT START END
	openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
	: >index.txt
	cat >"$1.cnf" <<END
[ca]
default_ca = here
[here]
database = $PWD/index.txt
new_certs_dir = $PWD
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = ext
copy_extensions = none
unique_subject = no
[any]
commonName = supplied
[ext]
subjectAltName = $2
extendedKeyUsage = serverAuth
END
	openssl ca -batch -notext -config "$1.cnf" -cert ca.pem -keyfile ca.key -in "$1.csr" -out "$1.pem" \
		-startdate "$3" -enddate "$4"
}
now=$(date -u +%s)
day() { date -u -d "@$(($now + $1 * 86400))" +%Y%m%d%H%M%SZ; }
sign good "IP:127.0.0.1,IP:::1,DNS:localhost" "$(day -1)" "$(day 29)"
sign wrong "DNS:mail.example" "$(day -1)" "$(day 29)"
sign expired "IP:127.0.0.1,IP:127.0.0.4" "$(day -20)" "$(day -1)"
openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.pem -days 30 -subj "/CN=self" \
	-addext "subjectAltName=IP:127.0.0.1,IP:127.0.0.3"
touch certs.done
