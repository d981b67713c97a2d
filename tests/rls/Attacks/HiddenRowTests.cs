using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Attacks;

/// <summary>
/// Making an error, or the planner, say what a hidden row holds. Ana's rows in Initech are hidden from Zed, who
/// tries every readable column of every table, by a condition that fails on the value that stands there.
/// </summary>
[Collection(CommittingTests.Name)]
[Attack]
public sealed class HiddenRowTests(DatabaseFixture fixture) : IAsyncLifetime
{
    /// <summary>Which row of a table is Ana's.</summary>
    private static readonly Dictionary<string, string> Hers = new()
    {
        ["User"] = "\"id\" = [ana]",
        ["Organization"] = "\"id\" = [Initech]",
        ["Role"] = "\"id\" = [role]",
        ["Invitation"] = "\"organizationId\" = [Initech]",
        ["sessions"] = "\"userId\" = [ana]",
        ["Chat"] = "\"id\" = [chat]",
        ["Message"] = "\"id\" = [message]",
        ["Vote"] = "\"message_id\" = [message]",
        ["Stream"] = "\"id\" = [stream]",
        ["StreamChunk"] = "\"streamId\" = [stream]",
        ["Document"] = "\"id\" = [document]",
        ["Suggestion"] = "\"documentId\" = [document]",
        ["AuditEvent"] = "\"actorId\" = [ana]",
        ["Quota"] = "\"userId\" = [ana]",
    };

    private World world = null!;
    private Intruder intruder = null!;

    public async Task InitializeAsync()
    {
        world = await World.Of(fixture, "ana:admin", "zed:");
        var race = new Race(fixture, world);
        world["chat"] = await race.Alone<Guid>("ana", """insert into public."Chat" ("title", "organizationId") values ('hidden', [Initech]) returning "id" """);
        world["message"] = await race.Alone<Guid>("ana", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '["hidden"]') returning "id" """);
        await race.Alone<string>("ana", """insert into public."Vote" ("message_id", "value") values ([message], 'up') returning "value" """);
        world["stream"] = await race.Alone<Guid>("ana", """insert into public."Stream" ("chatId") values ([chat]) returning "id" """);
        await race.Alone<DateTime>("ana", "select public.append_chunk([stream], 0, 'hidden')");
        world["document"] = await race.Alone<Guid>("ana", """insert into public."Document" ("title", "content", "organizationId") values ('hidden', 'hidden', [Initech]) returning "id" """);
        await race.Alone<string>("ana",
            """
            insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", "description")
            select d."id", d."createdAt", 'hidden', 'hidden', 'hidden' from public."Document" d where d."id" = [document] returning "description"
            """);
        world["role"] = await race.Alone<Guid>("ana", """insert into public."Role" ("name", "organizationId") values ('hidden', [Initech]) returning "id" """);
        await race.Alone<Guid>("ana", "select public.invite_member('hidden@test', [role], sha256([role]))");
        intruder = await Intruder.With(fixture, world, "ana", "zed");
    }

    public async Task DisposeAsync() => await intruder.DisposeAsync();

    /// <summary>A cast, a division and a regular expression, none of them leakproof, that fail on what is hidden.</summary>
    [Fact]
    public async Task Errors_that_name_a_hidden_value()
    {
        var (seen, tried) = (new List<string>(), 0);
        foreach (var (table, column) in await ReadableColumns())
        {
            var value = Hers.TryGetValue(table, out var hers)
                ? await intruder.AsRole($"""select t."{column}"::text from public."{table}" t where {hers} and t."{column}" is not null limit 1""", "rlschat_backup")
                : "";
            var quoted = "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
            // What is the same in a row of Zed's own, such as a version or a day, would fail on that.
            if (value.Length == 0 || await intruder.Runs("zed", $"""select count(*) from public."{table}" t where t."{column}"::text = {quoted}""") != "= 0")
            {
                continue;
            }

            foreach (var (leak, error) in new[]
            {
                ($"""(case when t."{column}"::text = {quoted} then 'x' || t."{column}"::text else '1' end)::int = 1""", "22P02"),
                ($"""1 / (case when t."{column}"::text = {quoted} then 0 else 1 end) = 1""", "22012"),
                ($"""'a' ~ (case when t."{column}"::text = {quoted} then '(' else 'a' end)""", "2201B"),
            })
            {
                Support.Attacks.Count();
                tried++;
                var question = $"""select count(*) * 0 from public."{table}" t where {leak}""";
                if (await intruder.Runs("zed", question) is var answer && answer != "= 0")
                {
                    seen.Add($"{table}.{column}: {answer}: {leak}");
                }

                Assert.Equal(error, await Failing(question));
            }
        }

        Assert.Empty(seen);
        Assert.True(tried >= 120, $"only {tried}");
    }

    /// <summary>A parent that is hidden and one that never was: the same error, in the same words.</summary>
    [Theory]
    [InlineData("""insert into public."Message" ("chatId", "role", "parts") values ([x], 'user', '[]')""", "chat")]
    [InlineData("""insert into public."Stream" ("chatId") values ([x])""", "chat")]
    [InlineData("""insert into public."Vote" ("message_id", "value") values ([x], 'up')""", "message")]
    [InlineData("""insert into public."StreamChunk" ("streamId", "index", "data") values ([x], 1, 'x')""", "stream")]
    [InlineData("""insert into public."Chat" ("title", "organizationId") values ('x', [x])""", "Initech")]
    [InlineData("""insert into public."Document" ("title", "organizationId") values ('x', [x])""", "Initech")]
    [InlineData("""insert into public."Role" ("name", "organizationId") values ('hidden', [x])""", "Initech")]
    [InlineData("""insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest") values ([x], 'hidden@test', [role], sha256('x'))""", "Initech")]
    public async Task Errors_that_tell_hidden_from_absent(string sql, string parent)
    {
        var hidden = await intruder.Runs("zed", sql.Replace("[x]", $"[{parent}]", StringComparison.Ordinal));
        var absent = await intruder.Runs("zed", sql.Replace("[x]", $"'{Guid.NewGuid()}'", StringComparison.Ordinal));
        Assert.Equal("42501", hidden);
        Assert.Equal(hidden, absent);
    }

    /// <summary>What EXPLAIN estimates is the same for a word that a hidden row holds and for one that none does.</summary>
    [Theory]
    [InlineData("Chat", "title")]
    [InlineData("Document", "content")]
    [InlineData("Suggestion", "suggestedText")]
    [InlineData("Role", "name")]
    [InlineData("StreamChunk", "data")]
    public async Task Estimates_that_know_a_hidden_word(string table, string column)
    {
        await intruder.AsRole($"""analyze public."{table}" """, "rlschat_owner");
        const string ask = """explain (format json) select 1 from public."[t]" where "[c]" = '[w]'""";
        var plans = new List<string>();
        foreach (var word in new[] { "hidden", "nobody" })
        {
            plans.Add((await intruder.Runs("zed", ask.Replace("[t]", table, StringComparison.Ordinal).Replace("[c]", column, StringComparison.Ordinal)
                .Replace("[w]", word, StringComparison.Ordinal))).Replace(word, "", StringComparison.Ordinal));
        }

        Assert.Contains("Plan Rows", plans[0], StringComparison.Ordinal);
        Assert.Equal(plans[0], plans[1]);
    }

    /// <summary>The control: whoever sees the row meets the error.</summary>
    private async Task<string> Failing(string sql)
    {
        try
        {
            return "= " + await intruder.AsRole(sql, "rlschat_backup");
        }
        catch (Npgsql.PostgresException e)
        {
            return e.SqlState;
        }
    }

    private async Task<List<(string Table, string Column)>> ReadableColumns()
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        return [.. (await new Db(connection, world).List("""
            select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
              and has_column_privilege('regular_user', c.oid, a.attname, 'select')
            order by 1
            """)).Select(name => (name.Split('.')[0], name.Split('.')[1]))];
    }
}
