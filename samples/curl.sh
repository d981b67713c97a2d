#!/bin/sh
# From nothing to a vote, with curl: register, begin a chat, say something, vote on it, read the votes.
#   samples/curl.sh [address of the API]
set -eu
api=${1:-http://127.0.0.1:5080}
api=${api%/}

# send METHOD PATH [BODY]: prints the answer; an error goes to standard error, and ends the script.
send() {
  answer=$(curl --silent --show-error --fail-with-body --request "$1" "$api$2" \
    --header 'Content-Type: application/json' ${token:+--header "Authorization: Bearer $token"} \
    ${3:+--data "$3"}) || { printf '%s\n' "$answer" >&2; return 1; }
  printf '%s\n' "$answer"
}

# field NAME ANSWER: the first text of that name in it.
field() {
  printf '%s\n' "$2" | grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4
}

email="sample.$(date +%s).$$@example.org"
registered=$(send POST /auth/register "{\"email\":\"$email\",\"password\":\"correct horse battery\"}")
token=$(field accessToken "$registered")
begun=$(send POST /chats '{"title":"First steps"}')
chat=$(field id "$begun")
said=$(send POST "/chats/$chat/messages" '{"role":"user","parts":[{"type":"text","text":"Hello"}]}')
message=$(field id "$said")
send PUT "/messages/$message/vote" '{"value":"up"}' > /dev/null
votes=$(send GET "/chats/$chat/votes")

echo "chat $chat"
echo "message $message"
echo "votes $votes"
