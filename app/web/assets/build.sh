#!/bin/sh
# Builds the stylesheet, scripts and fonts of the pages into ../static, with a hash in each name.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund
node build.mjs
