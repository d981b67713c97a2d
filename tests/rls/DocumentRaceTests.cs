using System.Data;
using Npgsql;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>
/// "Document" of access-rules.md, "also to two people at the same moment": two connections that commit.
/// What they leave is deleted again.
/// </summary>
[Attack]
[Collection(SharedDatabase.Name)]
public sealed class DocumentRaceTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private readonly Guid document = Guid.NewGuid();
    private Writer owner = null!;
    private Writer loner = null!;

    public async Task InitializeAsync() =>
        (owner, loner) = (await Writer.Begin(fixture, People.Owner), await Writer.Begin(fixture, "loner"));

    public async Task DisposeAsync()
    {
        await owner.End();
        await loner.End();
        foreach (var who in new[] { People.Owner, "loner" })
        {
            var cleaner = await Writer.Begin(fixture, who);
            await cleaner.Db.Do($"""delete from public."Document" where "id" = '{document}'""");
            await cleaner.Transaction.CommitAsync();
            await cleaner.End();
        }
    }

    [Fact]
    public async Task The_second_waits_for_the_first_and_is_refused()
    {
        await Insert(owner, 1);
        var second = Insert(loner, 2);
        await Waiting();
        await owner.Transaction.CommitAsync();
        Assert.Equal(PostgresErrorCodes.ExclusionViolation, (await Assert.ThrowsAsync<PostgresException>(() => second)).SqlState);
        await loner.Transaction.RollbackAsync();
        Assert.Equal([fixture.World[People.Owner].ToString()], await Owners());
    }

    [Fact]
    public async Task The_second_goes_on_when_the_first_gives_up()
    {
        await Insert(owner, 1);
        var second = Insert(loner, 2);
        await Waiting();
        await owner.Transaction.RollbackAsync();
        await second;
        await loner.Transaction.CommitAsync();
        Assert.Equal([fixture.World["loner"].ToString()], await Owners());
    }

    [Fact]
    public async Task One_person_may_write_two_versions_at_once()
    {
        var other = await Writer.Begin(fixture, People.Owner);
        await Insert(owner, 1);
        await Insert(other, 2);
        await owner.Transaction.CommitAsync();
        await other.Transaction.CommitAsync();
        await other.End();
        Assert.Equal(2, (await Owners()).Count);
    }

    // A snapshot from before the first one's commit shows the policy a free id: only the constraint stands.
    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task A_writer_with_an_older_snapshot_is_refused_too(IsolationLevel isolation)
    {
        var late = await Writer.Begin(fixture, "loner", isolation);
        Assert.Equal(0, await late.Db.Ask<long>("""select count(*) from public."Document" """));
        await Insert(owner, 1);
        await owner.Transaction.CommitAsync();
        Assert.False(await late.Db.Ask<bool>($"select auth.is_document_taken('{document}')"));
        Assert.Equal(PostgresErrorCodes.ExclusionViolation,
            (await Assert.ThrowsAsync<PostgresException>(() => Insert(late, 2))).SqlState);
        await late.End();

        await Assert.ThrowsAsync<PostgresException>(() => Insert(loner, 3));
        Assert.Equal([fixture.World[People.Owner].ToString()], await Owners());
    }

    // Whoever puts the check off until the end is stopped at the end: one of the two, whichever it is.
    [Fact]
    public async Task Two_who_put_the_check_off_do_not_both_commit()
    {
        await owner.Db.Do("set constraints all deferred");
        await loner.Db.Do("set constraints all deferred");
        await Insert(owner, 1);
        await Insert(loner, 2);
        var commits = await Task.WhenAll(Commits(owner), Commits(loner));
        Assert.Single(commits, done => done);
        Assert.Single(await Owners());
    }

    private static async Task<bool> Commits(Writer writer)
    {
        try
        {
            await writer.Transaction.CommitAsync();
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.ExclusionViolation or PostgresErrorCodes.DeadlockDetected)
        {
            return false;
        }
    }

    private Task<int> Insert(Writer writer, int version) => writer.Db.Do(
        $"""insert into public."Document" ("id", "createdAt", "title") values ('{document}', '2100-01-0{version}', 'race')""");

    private async Task<List<string>> Owners()
    {
        var reader = await Writer.Begin(fixture, People.Owner);
        await reader.Db.AsRole("rlschat_backup");
        var owners = await reader.Db.List($"""select "userId" from public."Document" where "id" = '{document}'""");
        await reader.End();
        return owners;
    }

    private async Task Waiting()
    {
        await using var watcher = fixture.DataSource.CreateCommand("select count(*) from pg_locks where not granted");
        for (var i = 0; (long)(await watcher.ExecuteScalarAsync())! == 0; i++)
        {
            Assert.True(i < 500, "nobody waits for a lock");
            await Task.Delay(10);
        }
    }

    private sealed record Writer(NpgsqlConnection Connection, NpgsqlTransaction Transaction, Db Db)
    {
        public static async Task<Writer> Begin(DatabaseFixture fixture, string who, IsolationLevel isolation = IsolationLevel.ReadCommitted)
        {
            var connection = await fixture.DataSource.OpenConnectionAsync();
            var transaction = await connection.BeginTransactionAsync(isolation);
            var db = new Db(connection, fixture.World);
            await db.As(who);
            return new(connection, transaction, db);
        }

        public async Task End()
        {
            await Transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
