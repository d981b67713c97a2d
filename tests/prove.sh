#!/usr/bin/env bash
# Runs the proof of docs/threat-model.md, part by part, and writes the table there from the counted figures
# (tests/support/Figures.cs). A part holds if its command succeeds and its bounds hold. A figure that was not
# counted holds no bound, so a part that tests nothing fails.
set -uo pipefail
cd "$(dirname "$0")/.."
out=$PWD/.data/prove
rm -rf "$out" && mkdir -p "$out"
parts=$(grep -c '^part ' "$0") number=0 failed=() missing=()

part() { # NAME BOUNDS COMMAND: bounds are words such as "attacks.succeeded=0"
  local name=$1 bounds=$2 command=$3 from=$SECONDS verdict=holds
  printf '[%d/%d] %-14s %s\n' $((++number)) "$parts" "$name" "$command"
  RLSCHAT_FIGURES_FILE=$out/$name.figures bash -c "$command" >"$out/$name.log" 2>&1 </dev/null &
  while kill -0 $! 2>/dev/null; do
    sleep 1
    [ -t 1 ] && printf '\r        %4d s  %-60.60s' $((SECONDS - from)) "$(tail -n 1 "$out/$name.log" | tr -d '\r\t')"
  done
  wait $! || verdict=FAILS
  touch "$out/$name.figures"
  sed -nE 's/^(Passed|Failed)! +- +Failed: +([0-9]+), Passed: +([0-9]+),.*/tests.failed\t\2\ntests.passed\t\3/p' \
    "$out/$name.log" >>"$out/$name.figures"
  # Counts add up; of texts the last one holds. The row: part, figures that have a bound, command.
  awk -F '\t' -v part="$name" -v bounds="$bounds" -v command="$command" '
    function value(word) { return word ~ /^[0-9]+$/ ? word : (word in sum) ? sum[word] : "not counted" }
    function comma(n,  end) {
      if (n !~ /^[0-9]+$/) return n
      for (end = ""; length(n) > 3; n = substr(n, 1, length(n) - 3)) end = "," substr(n, length(n) - 2) end
      return n end
    }
    # Where the server is belongs to the machine.
    $1 == "server.version" { next }
    $2 ~ /^[0-9]+$/ { sum[$1] += $2; next }
    { sum[$1] = $2 }
    END {
      for (n = split(bounds, each, " "); n > 0; n--) {
        match(each[n], /[<>=]+/)
        name = substr(each[n], 1, RSTART - 1); sign = substr(each[n], RSTART, RLENGTH)
        least = substr(each[n], RSTART + RLENGTH)
        is = value(name); to = value(least)
        held = is ~ /^[0-9]+$/ && to ~ /^[0-9]+$/ && (sign == "=" ? is + 0 == to + 0 : sign == ">" ? is + 0 > to + 0 : is + 0 >= to + 0)
        bound[name] = bound[name] (bound[name] == "" ? "" : ", ") sign " " least (held ? "" : " BROKEN")
        if (!held) { broken = 1; sum[name] = is }
      }
      for (name in bound) names[++count] = name
      for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++) if (names[j] < names[i]) {
        name = names[i]; names[i] = names[j]; names[j] = name
      }
      for (i = 1; i <= count; i++) {
        label = name = names[i]; sub(/\./, " ", label)
        line = line (i > 1 ? "; " : "") label " " comma(sum[name]) " (" bound[name] ")"
      }
      print part "\t" line "\t" command
      exit broken
    }' "$out/$name.figures" >>"$out/rows" || verdict=FAILS
  [ $verdict = holds ] || failed+=("$name")
  while read -r line; do missing+=("$name: ${line#NOT RUN: }"); done < <(tests/not-run.sh "$out/$name.figures")
  [ -t 1 ] && printf '\r%80s\r' ''
  printf '        %s, %d s\n' $verdict $((SECONDS - from))
}

part policies 'model.cells>=100000 matrix.cells>=8000 tests.failed=0' 'make test-rls'
pg18=$(make -s postgres-18 2>/dev/null | tail -n 1)
if [ -x "$pg18/initdb" ]; then
# npm's server has no extensions of others.
part policies-18 'model.cells>=100000 matrix.cells>=8000 tests.failed=0' 'RLSCHAT_NOT_HERE=plpgsql_check RLSCHAT_POSTGRES_BIN=$(make -s postgres-18 | tail -n 1) make test-rls'
else
  printf 'policies-18\tnot run: no PostgreSQL 18 here\tmake postgres-18\n' >>"$out/rows"
  missing+=('policies-18: all of it, for want of PostgreSQL 18 (make postgres-18)')
  parts=$((parts - 1))
fi
part attacks 'attacks.tests>=600 attacks.tried>=3000 tests.failed=0' 'make attacks'
part silence 'noninterference.answers>0 noninterference.differences=0 tests.failed=0' 'make test-api FILTER=NonInterference'
part pools 'pools.requests>=100000 pools.leaks=0 tests.failed=0' 'RLSCHAT_POOL_REQUESTS=100000 make test-api FILTER=.Pools.'
part linters 'defects.seeded>=20 defects.found=defects.seeded tests.failed=0' 'make lint-sql && make test-rls FILTER=.Linting.'
part mutants 'mutants.run>=150 mutants.survived=0' "make mutants SAMPLE=150 SEED=${SEED:-$(date +%Y%m%d)}"

awk -F '\t' '
  BEGIN { print "| part | figures | command |"; print "| --- | --- | --- |" }
  { gsub(/\|/, "\\|", $3); print "| " $1 " | " $2 " | `" $3 "` |" }' "$out/rows" >"$out/table"

verdict='all of it holds.'
if [ ${#failed[@]} != 0 ]; then
  verdict="${failed[*]} FAIL."
elif [ ${#missing[@]} != 0 ]; then
  verdict='what was run holds.'
fi
[ ${#missing[@]} = 0 ] || verdict+=" Not run: $(printf '%s; ' "${missing[@]}" | sed 's/; $/./')"

commit=$(git rev-parse --short HEAD)$(git diff --quiet HEAD -- . ':!docs/threat-model.md' || echo ' and changes')
{
  echo "Run on $(date -u +%F), commit $commit, $(nproc) cores, $((SECONDS / 60)) minutes: $verdict"
  echo
  cat "$out/table"
} >"$out/figures.md"
awk -v new="$out/figures.md" '
  /^<!-- figures/ { print; print ""; while ((getline line < new) > 0) print line; print ""; skip = 1 }
  /^<!-- end/ { skip = 0 }
  !skip' docs/threat-model.md >"$out/page.md" && cp "$out/page.md" docs/threat-model.md
echo && cat "$out/figures.md" && echo && echo "Every figure: $out/*.figures"
for name in "${failed[@]}"; do echo && echo "$name: $out/$name.log" && tail -n 15 "$out/$name.log"; done
echo && echo "$verdict"
[ ${#failed[@]} = 0 ]
