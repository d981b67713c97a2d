using Npgsql;
using RlsChat.Database.Explaining;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Explaining;

/// <summary>How many rows a person can read, change and delete: as many as the statements themselves find.</summary>
[Collection(SharedDatabase.Name)]
public sealed class ReachTests(DatabaseFixture fixture)
{
    [Theory]
    [InlineData("owner")]
    [InlineData("manager")]
    [InlineData("can_manage_chats")]
    [InlineData("can_manage_roles")]
    [InlineData("outsider")]
    [InlineData("operator")]
    [InlineData("anonymous")]
    public Task It_counts_what_the_statements_find(string who) => Within(async db =>
    {
        var compared = new HashSet<Command>();
        foreach (var (table, select, update, delete) in await Count(db, who))
        {
            await db.As(who);
            foreach (var (command, count, sql) in new[]
            {
                (Command.Select, select, $"""select count(*) from public."{table}" """),
                // A lock needs the policies of an update.
                (Command.Update, update, $"""select count(*) from (select from public."{table}" for key share) t"""),
                (Command.Delete, delete, $"""with gone as (delete from public."{table}" returning 1) select count(*) from gone"""),
            })
            {
                try
                {
                    Assert.Equal($"{table} {command} {await db.Undone(() => db.Ask<long>(sql))}", $"{table} {command} {count}");
                    _ = count.Rows > 0 && compared.Add(command);
                }
                catch (PostgresException e)
                {
                    // The grant is missing. Constraints and triggers are not asked.
                    Assert.Equal(($"{table} {command}", e.SqlState == "42501" && e.Where?.Contains("function", StringComparison.Ordinal) is not true),
                        ($"{table} {command}", count.Code == "42501"));
                }
            }
        }

        Assert.Superset(who switch { "owner" or "outsider" or "can_manage_chats" => [Command.Select, Command.Update, Command.Delete], _ => new HashSet<Command>() }, compared);
    });

    [Fact]
    public Task It_stops_at_a_number_of_rows_and_a_time_and_goes_on_with_the_next_table() => Within(async db =>
    {
        await db.AsRole("rlschat_owner").Do("""create policy slow on public."Document" for select to regular_user using (pg_sleep(2) is not null)""");
        await db.As("owner").Do("""insert into public."Chat" ("title") select 'a' from generate_series(1, 10001)""");

        var counts = (await Count(db, "owner")).ToDictionary(reach => reach.Table, reach => reach.Select);

        Assert.Equal("more than 10000", $"{counts["Chat"]}");
        Assert.Equal("timed out", $"{counts["Document"]}");
        Assert.Equal("denied", $"{counts["Event"]}");
        Assert.Equal("2", $"{counts["Message"]}");
        Assert.All(await Count(db, "owner", TimeSpan.Zero), late => Assert.Equal("timed out", $"{late.Select}"));
    });

    // In the name of the API's login, which has the right to make temporary objects.
    private static Task<IReadOnlyList<Reach>> Count(Db db, string who, TimeSpan? most = null) => db.Undone(async () =>
    {
        await db.AsRole("none").Do("set local session authorization rlschat_explain");
        return await Reach.Of(db.Connection, db.Caller(who), most ?? TimeSpan.FromMinutes(1));
    });

    // Only a superuser can become a login.
    private async Task Within(Func<Db, Task> test)
    {
        await using var connection = new NpgsqlConnection(fixture.Database.RequiredSuperuser);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = new Db(connection, fixture.World);
        foreach (var who in new[] { "owner", "member", "outsider" })
        {
            await db.As(who).Make("chat", """insert into public."Chat" ("title", "organizationId", "visibility") values ('a', auth.organization_id(), 'private')""");
            await db.Make("open", """insert into public."Chat" ("title", "visibility") values ('a', 'public')""");
            await db.Make("message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
            await db.Do("""insert into public."Vote" ("message_id", "value") values ([message], 'up')""");
            await db.Do("""insert into public."Document" ("title", "organizationId") values ('a', auth.organization_id())""");
        }

        await test(db);
    }
}
