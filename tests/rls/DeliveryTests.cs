using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>The functions of live delivery are rlschat_live's alone, which can do nothing else.</summary>
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
}
