using System.Data;
using Npgsql;
using RlsChat.Tests.Rls.Stage;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>
/// "Document" of access-rules.md, "also to two people at the same moment": two connections that commit.
/// What they leave is deleted again.
/// </summary>
[Attack]
[Collection(TheSameTheatre.Name)]
public sealed class DocumentRaceTests(Theatre theatre) : IAsyncLifetime
{
    private readonly Guid document = Guid.NewGuid();
    private Writer owner = null!;
    private Writer loner = null!;

    public async Task InitializeAsync() =>
        (owner, loner) = (await Writer.Begin(theatre, Cast.Owner), await Writer.Begin(theatre, "loner"));

    public async Task DisposeAsync()
    {
        await owner.End();
        await loner.End();
        foreach (var who in new[] { Cast.Owner, "loner" })
        {
            var cleaner = await Writer.Begin(theatre, who);
            await cleaner.Play.Do($"""delete from public."Document" where "id" = '{document}'""");
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
        Assert.Equal([theatre.World[Cast.Owner].ToString()], await Owners());
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
        Assert.Equal([theatre.World["loner"].ToString()], await Owners());
    }

    [Fact]
    public async Task One_person_may_write_two_versions_at_once()
    {
        var other = await Writer.Begin(theatre, Cast.Owner);
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
    public async Task Who_looks_at_an_older_snapshot_is_refused_too(IsolationLevel isolation)
    {
        var late = await Writer.Begin(theatre, "loner", isolation);
        Assert.Equal(0, await late.Play.Ask<long>("""select count(*) from public."Document" """));
        await Insert(owner, 1);
        await owner.Transaction.CommitAsync();
        Assert.False(await late.Play.Ask<bool>($"select auth.is_document_taken('{document}')"));
        Assert.Equal(PostgresErrorCodes.ExclusionViolation,
            (await Assert.ThrowsAsync<PostgresException>(() => Insert(late, 2))).SqlState);
        await late.End();

        await Assert.ThrowsAsync<PostgresException>(() => Insert(loner, 3));
        Assert.Equal([theatre.World[Cast.Owner].ToString()], await Owners());
    }

    // Whoever puts the check off until the end is stopped at the end: one of the two, whichever it is.
    [Fact]
    public async Task Two_who_put_the_check_off_do_not_both_commit()
    {
        await owner.Play.Do("set constraints all deferred");
        await loner.Play.Do("set constraints all deferred");
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

    private Task<int> Insert(Writer writer, int version) => writer.Play.Do(
        $"""insert into public."Document" ("id", "createdAt", "title") values ('{document}', '2100-01-0{version}', 'race')""");

    private async Task<List<string>> Owners()
    {
        var reader = await Writer.Begin(theatre, Cast.Owner);
        await reader.Play.AsRole("rlschat_backup");
        var owners = await reader.Play.List($"""select "userId" from public."Document" where "id" = '{document}'""");
        await reader.End();
        return owners;
    }

    private async Task Waiting()
    {
        await using var watcher = theatre.Players.CreateCommand("select count(*) from pg_locks where not granted");
        for (var i = 0; (long)(await watcher.ExecuteScalarAsync())! == 0; i++)
        {
            Assert.True(i < 500, "nobody waits for a lock");
            await Task.Delay(10);
        }
    }

    private sealed record Writer(NpgsqlConnection Connection, NpgsqlTransaction Transaction, Play Play)
    {
        public static async Task<Writer> Begin(Theatre theatre, string who, IsolationLevel isolation = IsolationLevel.ReadCommitted)
        {
            var connection = await theatre.Players.OpenConnectionAsync();
            var transaction = await connection.BeginTransactionAsync(isolation);
            var play = new Play(connection, theatre.World);
            await play.As(who);
            return new(connection, transaction, play);
        }

        public async Task End()
        {
            await Transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
