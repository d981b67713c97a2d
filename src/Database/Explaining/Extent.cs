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
/// <param name="Counts">By command; inserts are not among them.</param>
public sealed record Extent(string Table, IReadOnlyDictionary<Command, Count> Counts)
{
    private const int MostRows = 10_000;
    private const string SequenceAtItsEnd = "2200H";

    /// <summary>
    /// Counts them table by table, with statements in the person's name that PostgreSQL filters by the policies that are
    /// installed. An update or delete has a WHERE, as those of requests, so it finds only readable rows. It changes
    /// none: the WHERE counts each row that the policies let through, and refuses it. What judges a new value (WITH CHECK,
    /// constraints, triggers) is not asked. Counting stops at 10,000 rows, and after a second.
    /// </summary>
    /// <param name="connection">As for <see cref="Explainer.Explain"/>, with the right to make temporary objects.</param>
    /// <param name="caller">Whose rows.</param>
    /// <param name="most">When to stop: counts that are left have timed out.</param>
    /// <param name="stop">Ends it between two statements.</param>
    public static async Task<IReadOnlyList<Extent>> Of(NpgsqlConnection connection, Caller caller, TimeSpan most, CancellationToken stop = default)
    {
        var probe = new Probe(connection, caller, stop);
        await connection.Execute("set local statement_timeout = '1s'");
        await connection.Execute($"create temporary sequence passed maxvalue {MostRows}");
        await connection.Execute($"grant all on sequence pg_temp.passed to {Statements.Name(caller.Role)}");
        var (catalogue, clock, found) = (new Catalogue(connection, caller.Role), Stopwatch.StartNew(), new List<Extent>());
        foreach (var name in await catalogue.Names())
        {
            var table = await catalogue.Table(name);
            var counts = new Dictionary<Command, Count>();
            foreach (var command in new[] { Command.Select, Command.Update, Command.Delete })
            {
                counts[command] = clock.Elapsed > most ? new Count(0, false, PostgresErrorCodes.QueryCanceled) : await Of(probe, table, command);
            }

            found.Add(new Extent(name, counts));
        }

        return found;
    }

    private static async Task<Count> Of(Probe probe, Relation table, Command command)
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
