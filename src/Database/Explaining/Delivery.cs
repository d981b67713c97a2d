using System.Text.Json.Nodes;
using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>
/// Whether live delivery sends a person the events of a row. The functions of delivery are asked about its newest event or, when
/// the outbox has none, about the event of a change made now.
/// </summary>
internal sealed class Delivery(Probe probe, Judge judge, Catalogue catalogue, Relation table)
{
    private const string Own = "GET /me/events: the chats that a person owns, and what belongs to their organization";

    private const string DeletedUnseen = "the person did not see the row's chat when it was deleted, does not see it now, or joined later";

    private sealed record Answer(bool Own, bool OfChat, bool IsSignedIn, bool HasPayload);

    /// <summary>True if it does. The note names what refuses, or the subscription that receives the event.</summary>
    /// <param name="key">Of the row.</param>
    /// <param name="row">The row, or null if there is none.</param>
    /// <exception cref="PostgresException">A time-out, for example when the outbox is large.</exception>
    public async Task<Node> Of(IReadOnlyDictionary<string, string?> key, string? row)
    {
        if (table.Key is not ["id"] || await Kind() is not { } kind)
        {
            return Result("live delivery", $"no trigger of {table.Sql} writes events", null);
        }

        var id = row is null ? key.GetValueOrDefault("id") : (string?)NewRow.Object(row, "The row")["id"];
        var recorded = await Read(
            """
            select to_jsonb(e)::text from public."Event" e
            where e."rowId" = $1::text::uuid and split_part(e."kind", '.', 1) = $2
            order by e."id" desc limit 1
            """, found => found.GetString(0), id, kind);
        var isRecorded = recorded is [_];
        if (!isRecorded && row is null)
        {
            return Result("live delivery", "there is no such row, and the outbox has no event of it (it keeps a day)", null);
        }

        var happened = isRecorded ? NewRow.Object(recorded[0], "The event") : Event(kind, id, NewRow.Object(row!, "The row"));
        var (answer, isDeletion, chat) = (await Ask(happened), happened["snapshot"] is not null, (string?)happened["chatId"]);
        var subscriptions = new List<Node> { Step(Own, answer.Own) };
        if (chat is not null)
        {
            subscriptions.Add(await OfChat(answer.OfChat, chat, isDeletion));
        }

        var unseen = isDeletion ? DeletedUnseen
            : chat is null ? "the person is no member of the event's organization"
            : string.Join(": ", new[] { "the person does not see the row's chat", subscriptions[^1].Note }.OfType<string>());
        List<Node> steps =
        [
            Step("one of these subscriptions", answer.Own || answer.OfChat, unseen) with { IsAny = true, Parts = subscriptions },
            Step("a session of the person is live; an anonymous caller needs none", answer.IsSignedIn, "no session of the person is live, so their subscriptions have ended"),
            Step("the row is where the event says", answer.HasPayload, "the row is gone or has moved, so the event is left out"),
        ];
        return Result(
            $"live delivery of {happened["kind"]}{(isRecorded ? "" : ", as if the row changed now, since the outbox has no event of it")}",
            steps.Find(step => step.Truth != Truth.True)?.Note,
            answer.Own ? Own : "only GET /chats/{id}/events: the chat is public, and neither theirs nor their organization's", steps);
    }

    private static Node Result(string text, string? refusal, string? receiver, params IReadOnlyList<Node> parts) =>
        Step(text, refusal is null, refusal) with { Note = refusal ?? receiver, Parts = parts, Kind = NodeKind.Delivery };

    private static Node Step(string text, bool isTrue, string? otherwise = null) =>
        Node.Of(text, isTrue ? Truth.True : Truth.False, isTrue ? null : otherwise);

    // The kinds that the table's triggers write: "message.created" in their functions.
    private Task<string?> Kind() => probe.Connection.Scalar<string>(
        """
        select min(substring(p.prosrc from '''([a-z]+)\.[a-z]+'''))
        from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid
        where t.tgrelid = $1::oid and not t.tgisinternal and t.tgenabled <> 'D'
          and p.prosrc like '%insert into public."Event"%'
        """, table.Oid);

    private JsonObject Event(string kind, string? id, JsonObject row) => new()
    {
        ["id"] = 1,
        ["kind"] = $"{kind}.updated",
        ["rowId"] = id,
        ["chatId"] = table.Name == "Chat" ? id : row["chatId"]?.DeepClone(),
        ["organizationId"] = row["organizationId"]?.DeepClone(),
    };

    private async Task<Answer> Ask(JsonObject happened) => (await Read(
        """
        select d.own, d.of_chat, d.signed_in, d.has_payload
        from app_private.rehearse_delivery($1::jsonb, $2::text::uuid, array(
          select s."secretDigest" from public.sessions s
          where s."userId" = $2::text::uuid and ($3::text is null or s."secretDigest" = sha256(convert_to($3::text, 'UTF8'))))) d
        """,
        found => new Answer(found.GetBoolean(0), found.GetBoolean(1), found.GetBoolean(2) && probe.Caller.State != SessionState.Ended, found.GetBoolean(3)),
        happened.ToJsonString(), probe.Caller.Uid?.ToString(), probe.Caller.Session))[0];

    private async Task<List<T>> Read<T>(string sql, Func<NpgsqlDataReader, T> read, params object?[] arguments)
    {
        var attempt = await probe.Try(Actor.Reader, connection => connection.Query(read, sql, arguments));
        return attempt.Error is { } error ? throw error : attempt.Value!;
    }

    // Delivery asks what the policies of "Chat" say in a form for many people at once, so the policies give the reason.
    private async Task<Node> OfChat(bool receives, string chat, bool isDeletion)
    {
        const string Text = "GET /chats/{id}/events: the row's chat, for those who see it";
        if (await Read("""select to_jsonb(c)::text from public."Chat" c where c."id" = $1::text::uuid""", found => found.GetString(0), chat) is not [var row])
        {
            return Step(Text, receives) with { Note = "the chat is gone" };
        }

        var policies = await judge.Policies(await catalogue.Table("Chat"), Command.Select, row, isNew: false, []);
        var disagree = !isDeletion && receives != (policies.Truth == Truth.True);
        var step = Step(Text, receives, Refusals.Of(policies)?.ToString()) with { Parts = [policies] };
        return disagree ? step with { Note = "the functions of delivery and the policies of \"Chat\" disagree" } : step;
    }
}
