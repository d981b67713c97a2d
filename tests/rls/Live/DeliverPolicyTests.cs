using System.Globalization;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>
/// auth.deliver(…) states the select policies a second time, for many people at once. In random worlds it tells of
/// each row exactly the people who can select it, and of a deleted row those who could.
/// </summary>
public sealed class DeliverPolicyTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    private const int Chats = 20;

    /// <summary>The tables with events, each with the table or view in which people read it.</summary>
    private static readonly SortedDictionary<string, string> Tables = new(StringComparer.Ordinal)
    {
        ["Chat"] = "Chat",
        ["Message"] = "Message",
        ["Stream"] = "Stream",
        ["User"] = "Colleague",
        ["Vote"] = "Vote",
    };

    private static readonly string[] Signed = [.. People.All.Select(p => p.Who)];

    private readonly List<Subscriber> subscribers = [.. Signed.Select(who => new Subscriber(who, who, null))];

    private sealed record Subscriber(string Name, string Who, Guid? Chat);

    private sealed record Event(string Kind, Guid Row, Guid? Chat);

    /// <summary>What a person can select: rows, and of these the chats that are theirs, not merely public.</summary>
    private sealed record Sight(HashSet<Guid> Rows, HashSet<Guid> Theirs);

    [Fact]
    public async Task Every_table_with_events_is_compared() => Assert.Equal(
        Tables.Keys,
        await Db.List("""
            select distinct c.relname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid
            where t.tgname like '\_500\_event%' order by 1
            """));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Delivery_tells_those_who_can_select_the_row(int seed)
    {
        await MakeChats(new Random(seed));
        await Follow(subscribers.Select(s => s.Name));

        await Listen();
        foreach (var who in Signed)
        {
            await Db.As(who);
            await Db.Do("""insert into public."Message" ("chatId", "role", "parts") select c."id", r.role, '[]' from public."Chat" c cross join (values ('user'), ('system')) r (role) where auth.can_write_chat(c."id")""");
            await Db.Do("""insert into public."Vote" ("message_id", "value") select m."id", 'up' from public."Message" m where m."userId" = auth.uid() and m."role" = 'user'""");
            await Db.Do("""insert into public."Stream" ("chatId") select c."id" from public."Chat" c where auth.can_write_chat(c."id")""");
            await Db.Do("""update public."Chat" set "title" = "title" || '.' where "userId" = auth.uid()""");
        }

        await Does("admin", "select public.set_member_role([can_view_audit], [member role])");
        await Does("rival", "select public.set_member_manager([outsider], [rival])");
        var sights = await Look();
        var written = await Written(isDeletion: false);
        Assert.Equal(Tables.Count, written.Select(e => e.Kind.Split('.')[0]).Distinct().Count());
        await Hears(written, sights, sights);

        await Listen();
        foreach (var (who, table) in from who in Signed from table in (string[])["Vote", "Stream", "Message", "Chat"] select (who, table))
        {
            await Db.As(who);
            await Db.Do($"""delete from public."{table}" """);
        }

        await Hears(await Written(isDeletion: true), sights, await Look());
    }

    // Chats of all kinds, some of them handed over by people who left, and one that its owner left behind.
    private async Task MakeChats(Random random)
    {
        for (var i = 0; i < Chats; i++)
        {
            var who = i == 0 ? "left" : Signed[random.Next(Signed.Length)];
            await Rows.Chat(Db, $"{(i > 0 && random.Next(2) == 0 ? "personal" : "shared")} {(random.Next(4) == 0 ? "public" : "private")}", who, $"chat{i}");
            var chat = await Db.Ask<Guid>($"select [chat{i}]::uuid");
            subscribers.AddRange(People.Everyone.Select(follower => new Subscriber($"{follower}@chat{i}", follower, chat)));
            if (who == "left")
            {
                await Db.Leave("left");
            }
            else if (random.Next(4) == 0 && who is not ("admin" or "rival" or "outsider" or "can_view_audit"))
            {
                await Db.Do("select public.leave_organization() where auth.organization_id() is not null");
            }
        }
    }

    private async Task<Dictionary<string, Sight>> Look()
    {
        var sights = new Dictionary<string, Sight>();
        foreach (var who in People.Everyone)
        {
            await Db.As(who);
            var rows = new HashSet<Guid>();
            foreach (var table in Tables.Values.Where(t => who != People.Anonymous || t != "Colleague"))
            {
                rows.UnionWith(await Ids($"""select "id" from public."{table}" """));
            }

            sights[who] = new(rows, await Ids("""
                select "id" from public."Chat"
                where ("userId" = auth.uid() and "organizationId" is null) or "organizationId" = auth.organization_id()
                """));
        }

        return sights;
    }

    private async Task<HashSet<Guid>> Ids(string sql) => [.. (await Db.List(sql)).Select(Guid.Parse)];

    private async Task<List<Event>> Written(bool isDeletion)
    {
        await Db.AsRole("rlschat_backup");
        var rows = await Db.List(string.Create(CultureInfo.InvariantCulture, $"""
            select concat_ws(' ', "kind", "rowId", "chatId") from public."Event"
            where "id" > {Last} and ("snapshot" is not null) = {isDeletion} order by "id"
            """));
        return rows.ConvertAll(row => row.Split(' ')).ConvertAll(row =>
            new Event(row[0], Guid.Parse(row[1]), row.Length > 2 ? Guid.Parse(row[2]) : null));
    }

    /// <summary>Each event goes to the subscribers who can or could select its row; who sees their chat no more is told so.</summary>
    private async Task Hears(List<Event> events, Dictionary<string, Sight> sights, Dictionary<string, Sight> now)
    {
        string? Readers(Func<string, Guid?, bool> which) =>
            string.Join(", ", subscribers.Where(s => which(s.Who, s.Chat)).Select(s => s.Name)) is { Length: > 0 } names ? names : null;

        var expected = events
            .Select(e => (Event: e, Readers: Readers((who, chat) => sights[who].Rows.Contains(e.Row)
                && (chat is null ? e.Chat is not { } there || sights[who].Theirs.Contains(there) : chat == e.Chat))))
            .Where(told => told.Readers is not null)
            .Select(told => $"{told.Event.Kind} {Db.NameOf(told.Event.Row)}"
                + (told.Event.Kind.EndsWith("deleted", StringComparison.Ordinal) ? $" in {Db.NameOf(told.Event.Chat!.Value)}" : "") + $": {told.Readers}");
        var ended = Readers((who, chat) => chat is { } there && !now[who].Rows.Contains(there));
        var heard = await Hear(everybody: true, page: 100_000);
        Assert.Equal([.. expected, .. ended is null ? [] : (string[])[$"end not_found: {ended}"]], heard.Lines.Split('\n'));
    }
}
