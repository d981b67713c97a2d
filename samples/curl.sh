#!/bin/sh
# From nothing to a vote, with curl: register, begin a chat, say something, vote on it, read the votes.
#   samples/curl.sh [address of the API]
set -eu
api=${1:-http://127.0.0.1:5080}

# send METHOD PATH [BODY]: prints the answer, and fails with it when it is an error.
send() {
  curl --silent --show-error --fail-with-body --request "$1" "$api$2" \
    --header 'Content-Type: application/json' ${token:+--header "Authorization: Bearer $token"} \
    ${3:+--data "$3"}
}

# field NAME: the first text of that name in the answer on standard input.
field() {
  grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4
}

email="sample.$(date +%s).$$@example.org"
token=$(send POST /auth/register "{\"email\":\"$email\",\"password\":\"correct horse battery\"}" | field accessToken)
chat=$(send POST /chats '{"title":"First steps"}' | field id)
message=$(send POST "/chats/$chat/messages" '{"role":"user","parts":[{"type":"text","text":"Hello"}]}' | field id)
send PUT "/messages/$message/vote" '{"value":"up"}' > /dev/null

echo "chat $chat"
echo "message $message"
echo "votes $(send GET "/chats/$chat/votes")"
