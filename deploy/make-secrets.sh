#!/bin/sh
# Makes the passwords of compose.yaml, once, and writes down the site's name: sh deploy/make-secrets.sh app.example.com
# Nothing is written over: a database knows its passwords from its first start.
set -eu
umask 077

site=${1:?Write the name that people type, as in: sh deploy/make-secrets.sh app.example.com}
case $site in
*[!a-zA-Z0-9.-]*) echo "\"$site\" is no host name: write app.example.com, without https:// and without a path." >&2; exit 2 ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
folder=$here/secrets
if [ -e "$folder" ]; then
  echo "$folder is there already, and is left as it is." >&2
  exit 1
fi

password() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

postgres=$(password)
app=$(password)
redis=$(password)
[ ${#postgres} -eq 64 ] && [ ${#app} -eq 64 ] && [ ${#redis} -eq 64 ] || { echo "/dev/urandom gave too little." >&2; exit 1; }

# The folder is for this user only. The files in it are for the containers' users to read, who have other numbers.
mkdir "$folder"
printf '%s' "$postgres" > "$folder/postgres_password"
printf '%s' "$app" > "$folder/app_password"
printf '%s' "$redis" > "$folder/redis_password"
printf 'postgres://countersign:%s@postgres:5432/countersign' "$app" > "$folder/database_url"
printf 'redis://:%s@redis:6379' "$redis" > "$folder/redis_url"
chmod 0444 "$folder"/*
printf 'SITE=%s\n' "$site" > "$here/.env"
echo "Passwords are in $folder, the site's name in $here/.env. Keep both out of backups that others can read."
