using System.Globalization;
using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>
/// auth.deliver(…) on the connection of rlschat_live itself, from one position to the next, beside transactions that
/// commit: a long one holds nothing up and is not lost, and who joins between two deletions hears of the second.
/// </summary>
[Collection(CommittingTests.Name)]
public sealed class DeliverRunningTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private World world = null!;
    private Guid chat;

    [Fact]
    public async Task A_transaction_that_runs_long_is_told_when_it_is_over()
    {
        var race = new Race(fixture, world);
        var start = await Position();
        await using var slow = await fixture.DataSource.OpenConnectionAsync();
        await using var running = await slow.BeginTransactionAsync();
        var db = new Db(slow, world);
        await db.As("ana");
        var first = await db.Ask<Guid>(Write);
        // Of somebody else: the quota of one person counts one message after the other.
        var second = await race.Alone<Guid>("ben", Write);

        var (heard, position) = await Told(start);
        Assert.Equal([$"message.created {second}"], heard);
        (heard, position) = await Told(position);
        Assert.Empty(heard);
        await running.CommitAsync();
        (heard, position) = await Told(position);
        Assert.Equal([$"message.created {first}"], heard);
        Assert.Empty((await Told(position)).Heard);
        // Whoever begins again hears both, by number; what was rolled back is nothing to anybody.
        await using (var undone = await slow.BeginTransactionAsync())
        {
            await db.As("ana");
            await db.Ask<Guid>(Write);
            await undone.RollbackAsync();
        }

        Assert.Equal([$"message.created {first}", $"message.created {second}"], (await Told(start)).Heard);
    }

    [Fact]
    public async Task A_member_who_joins_between_two_deletions_hears_of_the_second()
    {
        var race = new Race(fixture, world);
        var (early, late) = (await race.Alone<Guid>("ana", Write), await race.Alone<Guid>("ana", Write));
        var start = await Position();
        await race.Alone<object>("ana", Delete(early));
        await race.Alone<object>("rlschat_test_functions", """update public."User" set "organizationId" = [Initech], "roleId" = [member role], "joinedAt" = now() where "id" = [cy] returning 1""");
        await race.Alone<object>("ana", Delete(late));
        Assert.Equal([$"message.deleted {early}", $"message.deleted {late}"], (await Told(start)).Heard.Where(line => line.StartsWith("message", StringComparison.Ordinal)));
        Assert.Equal([$"member.joined {world["cy"]}", $"message.deleted {late}"], (await Told(start, "cy")).Heard);
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        world = await World.Of(fixture, "ana:admin", "ben:member", "cy:");
        var race = new Race(fixture, world);
        chat = world["chat"] = await race.Alone<Guid>("ana", """insert into public."Chat" ("title", "organizationId") values ('a', [Initech]) returning "id" """);
        foreach (var who in new[] { "ben", "cy" })
        {
            await race.Alone<object>("rlschat_test_functions", $"select auth.open_session([{who}], sha256([{who}]::text::bytea), sha256('secret of {world[who]}'))");
        }
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    private const string Write = """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id" """;

    private static string Delete(Guid message) => $"""delete from public."Message" where "id" = '{message}' returning "id" """;

    private async Task<string> Position()
    {
        await using var live = NpgsqlDataSource.Create(fixture.Database.LiveConnectionString);
        await using var command = live.CreateCommand("select snapshot::text from auth.position()");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>What somebody who follows all that is theirs is told from there on, and where the next begins.</summary>
    private async Task<(List<string> Heard, string Next)> Told(string after, string who = "ben")
    {
        await using var live = NpgsqlDataSource.Create(fixture.Database.LiveConnectionString);
        await using var command = live.CreateCommand(
            """
            select d."kind", d."payload" from auth.deliver($1::text::pg_snapshot, null, 0, 100, false, false,
              array[$2], array[sha256(convert_to('secret of ' || $2::text, 'utf8'))], array[null]::uuid[]) d
            """);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = world[who] });
        var (heard, next) = (new List<string>(), "");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (kind, payload) = (reader.GetString(0), reader.GetString(1));
            if (kind == "position")
            {
                next = payload.Split(' ')[0];
                continue;
            }

            using var row = System.Text.Json.JsonDocument.Parse(payload);
            heard.Add(string.Create(CultureInfo.InvariantCulture, $"{kind} {row.RootElement.GetProperty("id").GetGuid()}"));
        }

        return (heard, next);
    }
}
