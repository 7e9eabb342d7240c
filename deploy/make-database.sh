#!/bin/sh
# Run once by the PostgreSQL container, on an empty volume: a role for the app that owns its database and may do nothing else.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" <<SQL
create role countersign login nosuperuser nocreatedb nocreaterole password '$(cat /run/secrets/app_password)';
create database countersign owner countersign;
revoke all on database countersign from public;
SQL
