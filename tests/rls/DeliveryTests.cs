using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// The functions of live delivery are rlschat_live's alone, which can do nothing else; and what they say of
/// who sees a chat is what the policies of "Chat" say.
/// </summary>
public sealed class DeliveryTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Deliver =
        "select auth.deliver(pg_current_snapshot(), null, 0, 10, true, true, '{}', '{}', '{}')";

    [Fact]
    public async Task The_login_of_delivery_reads_no_table_and_becomes_nobody()
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(Fixture.Database.LiveConnectionString);
        foreach (var sql in new[]
        {
            """select from public."Event" """, """select from public."Message" """, """select from public.sessions""",
            """select from public."Chat" """, """select from public."User" """, "select auth.uid()",
            "set role regular_user", "set role live_definer", "select app_private.event_payload(null)",
            "select app_private.readers('{}', '{}', '{}', '{}', '{}', '{}')", "select app_private.audience('{}', '{}', '{}')",
        })
        {
            await using var denied = source.CreateCommand(sql);
            var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => denied.ExecuteScalarAsync());
            Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        }

        await using var allowed = source.CreateCommand(Deliver);
        await allowed.ExecuteScalarAsync();
        await using var place = source.CreateCommand("select place from auth.position()");
        Assert.Matches("^[0-9]+-[0-9]+-[0-9]+$", (string)(await place.ExecuteScalarAsync())!);
    }

    // A position of another database says nothing here: "place" tells them apart.
    [Fact]
    public async Task Delivery_begins_in_this_database_and_in_no_other_of_the_server()
    {
        var here = await Db.AsRole("rlschat_owner").Ask<string>("select oid::text from pg_database where datname = current_database()");
        Assert.NotEqual(1, await Db.Ask<long>("select count(*) from pg_database"));
        Assert.Equal([here], await Db.AsRole("rlschat_live").List("select split_part(place, '-', 2) from auth.position()"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Readers_are_those_whom_the_policies_let_see(int seed)
    {
        var random = new Random(seed);
        string[] people = [.. People.All.Select(p => p.Who)];
        // Who has left without a hand-over still owns a chat there, and sees it no more.
        await Rows.Chat(Db, "shared private", "left");
        await Db.Leave("left");
        for (var i = 0; i < 60; i++)
        {
            var who = people[random.Next(people.Length)];
            await Rows.Chat(Db, $"{(random.Next(2) == 0 ? "personal" : "shared")} {(random.Next(4) == 0 ? "public" : "private")}", who);
            if (random.Next(12) == 0 && who is not ("admin" or "rival" or "loner" or "operator"))
            {
                await Db.Do("select public.leave_organization() where auth.organization_id() is not null");
            }
        }

        foreach (var who in (string[])[.. people, People.Anonymous])
        {
            var seen = await Db.As(who).List("""select "id" from public."Chat" order by 1""");
            var theirs = await Db.List("""select "id" from public."Chat" where ("userId" = auth.uid() and "organizationId" is null) or "organizationId" = auth.organization_id() order by 1""");
            Db.Remember("person", who == People.Anonymous ? Guid.Empty : Fixture.World[who]);
            await Db.AsRole("rlschat_test_functions");
            // Each chat asked for by name; then all that are theirs.
            Assert.Equal(seen, await Readers("array_agg(c.\"id\")"));
            Assert.Equal(theirs, await Readers("array_fill(null::uuid, array[1])"));
        }
    }

    private Task<List<string>> Readers(string wanted) => Db.List(
        $"""
        with given as (
          select {wanted} as wanted, array_agg(c."id") as chats, array_agg(c."userId") as owners,
            array_agg(c."organizationId") as organizations, array_agg(c."visibility"::text) as visibilities
          from public."Chat" c)
        select distinct g.chats[r.chat] from given g
        cross join app_private.readers(array_fill(nullif([person], '{Guid.Empty}'::uuid), array[cardinality(g.wanted)]), g.wanted,
          g.chats, g.owners, g.organizations, g.visibilities) r
        order by 1
        """);
}
