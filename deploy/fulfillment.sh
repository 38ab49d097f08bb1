#!/bin/sh
# Runs the command line with the settings of the services, and as their user. Install it as /usr/local/bin/fulfillment.
set -eu
if [ "$(id -u)" = 0 ]; then
	exec runuser -u fulfillment -- "$0" "$@"
fi
set -a
. /etc/fulfillment/env
set +a
exec /opt/fulfillment/.venv/bin/fulfillment "$@"
