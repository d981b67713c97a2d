#!/usr/bin/env bash
# Runs all that docs/proof.md claims, part by part, and writes the table there from what was counted
# (tests/support/Figures.cs). A part holds when its command succeeds and its bounds hold; a figure that
# nobody counted holds no bound, so that a part which tests nothing fails.
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
  # Counts add up, of texts the last holds. Each becomes a row: part, figure, value, bound, command.
  awk -F '\t' -v part="$name" -v bounds="$bounds" -v command="$command" '
    function value(word) { return word ~ /^[0-9]+$/ ? word : (word in sum) ? sum[word] : "nobody counted" }
    function row(figure, number, bound) {
      print part "\t" figure "\t" number "\t" bound "\t" command
      part = command = ""
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
      for (name in sum) if (name in bound || sum[name] != 0) names[++count] = name
      for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++) if (names[j] < names[i]) {
        name = names[i]; names[i] = names[j]; names[j] = name
      }
      for (i = 1; i <= count; i++) row(names[i], sum[names[i]], bound[names[i]])
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
  printf 'policies-18\tnot run\tno PostgreSQL 18 here\t\tmake postgres-18\n' >>"$out/rows"
  missing+=('policies-18: all of it, for want of PostgreSQL 18 (make postgres-18)')
  parts=$((parts - 1))
fi
part attacks 'attacks.tests>=700 attacks.tried>=1000 tests.failed=0' 'make attacks'
part silence 'noninterference.answers>0 noninterference.differences=0 tests.failed=0' 'make test-api FILTER=NonInterference'
part pools 'pools.requests>=100000 pools.leaks=0 tests.failed=0' 'RLSCHAT_POOL_REQUESTS=100000 make test-api FILTER=.Pools.'
part linters 'defects.seeded>=20 defects.found=defects.seeded tests.failed=0' 'make lint-sql && make test-rls FILTER=.Linting.'
part mutants 'mutants.run>=150 mutants.survived=0' "make mutants SAMPLE=150 SEED=${SEED:-$(date +%Y%m%d)}"

# The rows as a table of Markdown, its columns as wide as what stands in them; thousands with commas.
awk -F '\t' '
  function comma(n,  end) {
    for (end = ""; length(n) > 3; n = substr(n, 1, length(n) - 3)) end = "," substr(n, length(n) - 2) end
    return n end
  }
  BEGIN { OFS = "\t"; print "part", "figure", "value", "must be", "command"; print "-", "-", "-", "-", "-" }
  { sub(/\./, " ", $2); if ($3 ~ /^[0-9]+$/ && $2 !~ /seed$/) $3 = comma($3); if ($5 != "") $5 = "`" $5 "`"; print }' "$out/rows" |
  awk -F '\t' '
    { for (i = 1; i <= 5; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } }
    END {
      for (r = 1; r <= NR; r++) {
        line = ""
        for (i = 1; i <= 5; i++) {
          text = cell[r, i]
          if (r == 2) { while (length(text) < width[i]) text = text "-"; if (i == 3) text = substr(text, 2) ":" }
          line = line "| " sprintf(i == 3 ? "%" width[i] "s" : "%-" width[i] "s", text) " "
        }
        print line "|"
      }
    }' >"$out/table"

verdict='all of it holds.'
if [ ${#failed[@]} != 0 ]; then
  verdict="${failed[*]} FAIL."
elif [ ${#missing[@]} != 0 ]; then
  verdict='what was run holds.'
fi
[ ${#missing[@]} = 0 ] || verdict+=" Not run: $(printf '%s; ' "${missing[@]}" | sed 's/; $/./')"

commit=$(git rev-parse --short HEAD)$(git diff --quiet HEAD -- . ':!docs/proof.md' || echo ' and changes')
{
  echo "Run on $(date -u +%F), commit $commit, $(nproc) cores, $((SECONDS / 60)) minutes: $verdict"
  echo
  cat "$out/table"
} >"$out/figures.md"
awk -v new="$out/figures.md" '
  /^<!-- figures/ { print; print ""; while ((getline line < new) > 0) print line; print ""; skip = 1 }
  /^<!-- end/ { skip = 0 }
  !skip' docs/proof.md >"$out/proof.md" && cp "$out/proof.md" docs/proof.md
echo && cat "$out/figures.md"
for name in "${failed[@]}"; do echo && echo "$name: $out/$name.log" && tail -n 15 "$out/$name.log"; done
echo && echo "$verdict"
[ ${#failed[@]} = 0 ]
