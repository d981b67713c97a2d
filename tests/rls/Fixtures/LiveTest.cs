using System.Globalization;
using System.Text.Json;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>
/// A test in which people follow live events: <see cref="Follow"/> makes them subscribers, each with a sign-in of their own,
/// and <see cref="Hear"/> is what the login of delivery is told. All of it is one transaction, which delivery takes
/// for committed because the snapshots that it is given say so.
/// </summary>
public abstract class LiveTest(DatabaseFixture fixture) : TransactionTest(fixture)
{
    /// <summary>So much higher is the number of a transaction that no other test comes to.</summary>
    protected const int Later = 1_000_000;

    private readonly List<Subscriber> subscribers = [];

    /// <summary>What one call answered: who hears what, a line each, and its position.</summary>
    /// <param name="Lines">Such as "message.created message: owner, member@chat".</param>
    /// <param name="UpTo">The snapshot that was read up to.</param>
    /// <param name="Last">The number of the last event of a full page.</param>
    /// <param name="Lag">For how many milliseconds the oldest event waited.</param>
    protected sealed record Answer(string Lines, string UpTo, long? Last, double? Lag);

    private sealed record Row(long? Id, string Kind, string? Payload, int[] Readers);

    private sealed record Subscriber(string Name, string Who, string? Chat, string? Stream, int? Index);

    /// <summary>The number of this transaction.</summary>
    protected long Xid { get; private set; }

    /// <summary>The number of the last event that is over: <see cref="Hear"/> begins after it.</summary>
    protected long Last { get; private set; }

    /// <inheritdoc/>
    protected override async Task Prepare() =>
        Xid = long.Parse(await Db.Ask<string>("select pg_current_xact_id()::text"), CultureInfo.InvariantCulture);

    /// <summary>
    /// Subscribers, by who follows what: "owner" all that is theirs, "owner@chat" one chat, "owner@chat/stream+2"
    /// a stream of which they have the pieces up to the third, "+full" one of which they can take nothing. Each signs in.
    /// </summary>
    protected async Task Follow(params IEnumerable<string> names)
    {
        await Db.AsRole("rlschat_test_functions");
        foreach (var name in names)
        {
            var (who, what) = name.Split('@') is [var p, var w] ? (p, w.Split('/', '+')) : (name, []);
            subscribers.Add(new(name, who, what.ElementAtOrDefault(0), what.ElementAtOrDefault(1),
                what.ElementAtOrDefault(2) switch { null => what.Length > 1 ? -1 : null, "full" => null, var n => int.Parse(n, CultureInfo.InvariantCulture) }));
            if (who != People.Anonymous)
            {
                await Db.Do($"select auth.open_session([{who}], sha256('token of {name}'), sha256('{name}'))");
            }
        }
    }

    /// <summary>What has happened is over.</summary>
    protected async Task Listen()
    {
        Last = await Db.AsRole("rlschat_backup").Ask<long>("""select coalesce(max("id"), 0) from public."Event" """);
    }

    /// <summary>Somebody does something.</summary>
    protected async Task Does(string who, string sql)
    {
        Assert.NotEqual(0, await Db.As(who).Do(sql));
    }

    /// <summary>Somebody writes a row, which is remembered under that name.</summary>
    protected Task Writes(string who, string name, string sql) => Db.As(who).Make(name, sql);

    /// <summary>Somebody writes a message into a chat.</summary>
    protected Task Says(string who, string name = "message", string chat = "chat") =>
        Writes(who, name, $"""insert into public."Message" ("chatId", "role", "parts") values ([{chat}], 'user', '[]')""");

    /// <summary>
    /// Somebody without an organization becomes a member of Acme, in a transaction that comes after whatever runs now:
    /// a snapshot does not say that the transaction which takes it is running.
    /// </summary>
    protected async Task Joins(string who)
    {
        await Does("admin", $"select public.invite_member('{who}@test', [member role], sha256('for {who}'))");
        await Does(who, $"select public.accept_invitation('for {who}')");
        await Rows.Forge(Db, "Event",
            $"""update public."Event" set "xid" = '{Xid + Later}' where "rowId" = [{who}] and "kind" = 'member.joined' and "xid" = '{Xid}'""");
    }

    /// <summary>
    /// What the login of delivery is told, as of <see cref="Listen"/>: of events and, to the followers of streams, of
    /// chunks. In snapshots T is this transaction. A position that is not "ours" is one that subscribers have shown.
    /// </summary>
    protected async Task<Answer> Hear(
        bool everybody = false, bool ours = true, string after = "T:T:", string? upto = "T+1000001:T+1000001:", long? last = null, int page = 100)
    {
        var position = $"{Snapshot(after)}, {Snapshot(upto)}, {last ?? Last}, {page}";
        var heard = await Call(subscribers.FindAll(s => s.Stream is null), who => ours
            ? $"auth.deliver({position}, true, {everybody}, {who})"
            : $"auth.catch_up({position}, {who})");
        Assert.Equal("position", heard[0].Kind);
        var head = heard[0].Payload!.Split(' ');
        var followers = subscribers.FindAll(s => s.Stream is not null);
        var chunks = followers.Count == 0 ? [] : await Call(followers, who => $"auth.deliver_chunks({who})");
        var (told, ends) = (heard.Skip(1).Concat(chunks).Where(row => row.Kind != "end"), heard.Concat(chunks).Where(row => row.Kind == "end"));
        var rows = told.Concat(ends.GroupBy(end => end.Payload).Select(end => end.First() with { Readers = [.. end.SelectMany(row => row.Readers).Order()] }));
        return new(
            string.Join('\n', Settled(rows).Select(Line)), head[0], heard[0].Id,
            head.Length > 2 ? double.Parse(head[2], CultureInfo.InvariantCulture) : null);
    }

    /// <summary>What a function answers about these subscribers; readers are places among all of them, from 0.</summary>
    private async Task<List<Row>> Call(List<Subscriber> who, Func<string, string> function)
    {
        // The last place is nobody's: an array of one name in brackets would be taken for the name of a person.
        string Array(string type, Func<Subscriber, string> value) =>
            $"(array[{string.Join(", ", who.Select(value).Append("null"))}]::{type}[])[:{who.Count}]";
        var arrays = new List<string>
        {
            Array("uuid", s => s.Who == People.Anonymous ? "null" : $"[{s.Who}]"),
            Array("bytea", s => s.Who == People.Anonymous ? "null" : $"sha256('{s.Name}')"),
            Array("uuid", s => s.Chat is null ? "null" : $"[{s.Chat}]"),
        };
        if (who.Exists(s => s.Stream is not null))
        {
            arrays.Add(Array("uuid", s => $"[{s.Stream}]"));
            arrays.Add(Array("integer", s => s.Index?.ToString(CultureInfo.InvariantCulture) ?? "null"));
        }

        var rows = await Db.AsRole("rlschat_live").List(
            $"""
            select json_build_array(d."id", d."kind", d."payload", array(select unnest(d."readers") order by 1))::text
            from {function(string.Join(", ", arrays))} d
            """);
        return rows.ConvertAll(text => JsonDocument.Parse(text).RootElement).ConvertAll(row => new Row(
            row[0].ValueKind == JsonValueKind.Null ? null : row[0].GetInt64(), row[1].GetString()!, row[2].GetString(),
            [.. row[3].EnumerateArray().Select(n => subscribers.IndexOf(who[n.GetInt32() - 1]))]));
    }

    /// <summary>What is heard is this: a line an event, in that order.</summary>
    protected async Task Hears(string lines, bool everybody = false, bool ours = true) =>
        Assert.Equal(lines, (await Hear(everybody, ours)).Lines);

    // What has the same number comes in no order of its own: the first reader's place is one.
    private static IEnumerable<Row> Settled(IEnumerable<Row> rows) => rows
        .Select((row, n) => (Row: row, Place: n, Key: $"{row.Id} {row.Kind == "end"}"))
        .GroupBy(r => r.Key)
        .OrderBy(group => group.Min(r => r.Place))
        .SelectMany(group => group.OrderBy(r => r.Row.Readers.FirstOrDefault()))
        .Select(r => r.Row);

    /// <summary>The literal of a snapshot, in which T is this transaction.</summary>
    protected string Snapshot(string? text) => text is null ? "null" : $"'{string.Join(':', text.Split(':').Select(part => string.Join(',', part.Split(',').Select(Number))))}'";

    private string Number(string text) => text.Length == 0 || text[0] != 'T'
        ? text
        : (Xid + (text.Length > 2 ? int.Parse(text[2..], CultureInfo.InvariantCulture) : 0)).ToString(CultureInfo.InvariantCulture);

    private string Line(Row row)
    {
        var (kind, payload) = (row.Kind, row.Payload);
        var what = kind switch
        {
            "chunk" => $" {row.Id} {payload}",
            "end" => $" {payload}",
            "finished" => $" {Name(payload)}",
            "abandoned" => payload,
            _ => payload is null ? " nothing" : About(JsonDocument.Parse(payload).RootElement, kind.EndsWith("deleted", StringComparison.Ordinal) || kind == "member.left"),
        };
        return $"{kind}{what}: {string.Join(", ", row.Readers.Select(n => subscribers[n].Name))}";
    }

    // Of what has gone, the ids are all there is.
    private string About(JsonElement row, bool isGone) =>
        $" {Name(row.GetProperty("id").GetString())}" + (isGone
            ? string.Concat(row.EnumerateObject().Skip(1).Select(p => $" {(p.Name == "chatId" ? "in" : p.Name == "organizationId" ? "of" : p.Name)} {Name(p.Value.GetString())}"))
            : "");

    private string Name(string? id) => id is null ? "nothing" : Db.NameOf(Guid.Parse(id));
}
