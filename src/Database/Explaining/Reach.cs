using System.Diagnostics;
using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>How many rows a command reaches.</summary>
/// <param name="Rows">Their number; with <paramref name="Code"/>, 0.</param>
/// <param name="IsMore">Whether there are more than that.</param>
/// <param name="Code">
/// The SQLSTATE of why it was not counted: 42501 without a grant; 57014 when time ran out; 55P03 for a locked table; an
/// error of a policy.
/// </param>
public sealed record Count(int Rows, bool IsMore, string? Code)
{
    /// <inheritdoc/>
    public override string ToString() => Code switch
    {
        null => IsMore ? $"more than {Rows}" : $"{Rows}",
        PostgresErrorCodes.InsufficientPrivilege => "denied",
        PostgresErrorCodes.QueryCanceled => "timed out",
        PostgresErrorCodes.LockNotAvailable => "locked",
        _ => Code,
    };
}

/// <summary>How many rows of a table a person can read and how many the policies let them change and delete.</summary>
/// <param name="Table">The table.</param>
/// <param name="Select">Rows to read.</param>
/// <param name="Update">Rows to change.</param>
/// <param name="Delete">Rows to delete.</param>
public sealed record Reach(string Table, Count Select, Count Update, Count Delete)
{
    private const int MostRows = 10_000;
    private const string SequenceAtItsEnd = "2200H";

    /// <summary>
    /// Counts them table by table, with statements in the person's name that PostgreSQL filters by the policies that are
    /// installed. Updates and deletes have a WHERE, as those of requests, so they find only readable rows. The WHERE counts
    /// each row that the policies let through and is false, so no row changes; WITH CHECK, constraints and row triggers are
    /// not asked. Each count stops at 10,000 rows, and after a second.
    /// </summary>
    /// <param name="connection">As for <see cref="Explainer.Explain"/>, with the right to make temporary objects.</param>
    /// <param name="caller">Whose rows.</param>
    /// <param name="most">After this time no further count begins: the rest have timed out.</param>
    /// <param name="stop">Ends it between two statements.</param>
    public static async Task<IReadOnlyList<Reach>> Of(NpgsqlConnection connection, Caller caller, TimeSpan most, CancellationToken stop = default)
    {
        var probe = new Probe(connection, caller, stop);
        await connection.Execute("set local statement_timeout = '1s'");
        await connection.Execute($"create temporary sequence passed maxvalue {MostRows}");
        await connection.Execute($"grant all on sequence pg_temp.passed to {Statements.Name(caller.Role)}");
        var (catalogue, clock, found) = (new Catalogue(connection, caller.Role), Stopwatch.StartNew(), new List<Reach>());
        foreach (var name in await catalogue.Names())
        {
            var table = await catalogue.Table(name);
            found.Add(new Reach(name, await Rows(table, Command.Select), await Rows(table, Command.Update), await Rows(table, Command.Delete)));
        }

        return found;

        async Task<Count> Rows(Relation table, Command command) =>
            clock.Elapsed > most ? new Count(0, false, PostgresErrorCodes.QueryCanceled) : await Asked(probe, table, command);
    }

    private static async Task<Count> Asked(Probe probe, Relation table, Command command)
    {
        var (read, changed) = (table.Columns.FirstOrDefault(column => column.MaySelect), table.Columns.FirstOrDefault(column => column.MayUpdate));
        if (read is null || (command == Command.Update && changed is null))
        {
            return new Count(0, false, PostgresErrorCodes.InsufficientPrivilege);
        }

        var sql = command switch
        {
            Command.Select => $"select 1 from {table.Sql}",
            Command.Update => $"update {table.Sql} set {changed!.Sql} = {changed.Sql}",
            _ => $"delete from {table.Sql}",
        };
        var attempt = await probe.Try(Actor.Person, async connection =>
        {
            await connection.Execute("select setval('pg_temp.passed', 1, false)");
            // concat is not leakproof and takes a column, so PostgreSQL calls it for no row that a policy hides.
            await connection.Execute($"{sql} where concat({read.Sql}, nextval('pg_temp.passed')) is null");
            return await connection.Scalar<long>("select case when is_called then last_value else 0 end from pg_temp.passed");
        });
        return attempt.Error?.SqlState switch
        {
            null => new Count((int)attempt.Value, false, null),
            SequenceAtItsEnd => new Count(MostRows, true, null),
            var code => new Count(0, false, code),
        };
    }
}
