#!/usr/bin/env bash
# Names the tests that were not run, by a file of figures (tests/support/Figures.cs), and what they lack.
#   tests/not-run.sh <file>
set -euo pipefail
awk -F '\t' '
  sub(/^not run\./, "", $1) { n[$1] += $2 }
  sub(/^excused\./, "", $1) { n[$1 ", expected here"] += $2 }
  END { for (what in n) print "NOT RUN: " n[what] (n[what] == 1 ? " test" : " tests") " for want of " what }
' "$1" | sort
