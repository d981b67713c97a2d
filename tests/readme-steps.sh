#!/usr/bin/env bash
# Copies this tree and its build output, and follows "Adding a table in five steps" of README.md in the copy,
# without running anything. If the copy has the table already, it only copies.
#   tests/readme-steps.sh COPY
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$1
mkdir -p "$copy"
find . \( -name .git -o -name .data -o -name node_modules -o -name TestResults \) -prune -o -type f -print0 \
  | tar --create --null --files-from=- | tar --extract --directory "$copy"
cd "$copy"
[[ ! -e db/policies/Bookmark.sql ]] || exit 0

# block LANGUAGE N: the Nth block of that language in the chapter.
block() {
  awk -v fence="\`\`\`$1" -v n="$2" '
    /^## / { chapter = /^## Adding a table/ }
    chapter && $0 == "```" { inside = 0 }
    inside { print }
    chapter && $0 == fence { inside = ++count == n }' README.md
}

# 1 and 2
make -s db-generate NAME=add_bookmark
block sql 1 >"$(ls db/schema/*_add_bookmark.sql)"
block sql 2 >db/policies/Bookmark.sql
# 3
cp samples/bookmark/BookmarkTests.cs tests/rls/
# 5
cp samples/bookmark/Bookmarks.cs src/Api/Endpoints/
