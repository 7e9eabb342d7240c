#!/bin/sh
# The command line on the machine that the server runs on: install -m 0755 deploy/countersign.sh /usr/local/bin/countersign
# Run by root (sudo countersign …), it does its work as the server does: by its user, with its settings, in its folder.
# Relative paths are of that folder.
set -eu

user=countersign
folder=/var/lib/countersign
settings=/etc/countersign/environment
program=/opt/countersign/current/apps/server/dist/countersign.js
node=/usr/bin/node

# Nothing of the caller's environment: a DATABASE_URL in it would come before the server's.
cd "$folder"
set -- env -i PATH="$PATH" HOME="$folder" TERM="${TERM:-dumb}" NODE_ENV=production \
  "$node" --env-file="$settings" "$program" "$@"

[ "$(id -un)" = "$user" ] || set -- runuser -u "$user" -- "$@"
exec "$@"
