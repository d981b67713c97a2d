using Npgsql;

namespace RlsChat.Database.Commands;

// make db-adopt FROM=… [MOVE=1]
internal static class Adopt
{
    public static async Task<int> Run(Arguments arguments)
    {
        var move = arguments.Flag("--move");
        arguments.End();
        // In the environment, where a password is less easily seen than among arguments.
        if (Environment.GetEnvironmentVariable("FROM") is not { Length: > 0 } from)
        {
            throw new SetupException("Say the URL of the old database: make db-adopt FROM=postgresql://…");
        }

        var old = PostgresUrl.Parse(from, "FROM");
        await using var target = await Target.Open();
        var result = await Adoption.Run(old.ConnectionString, target.Owner, isDryRun: !move, Console.Error.WriteLine);
        // Row by row on the output stream, so that it can be kept; the sums on the error stream.
        foreach (var row in result.Misfits)
        {
            Console.WriteLine($"{row.Becomes}\t{row.Table}\t{row.Key}\t{row.Words}");
        }

        foreach (var (what, why) in result.NotMoved)
        {
            Console.WriteLine($"not moved\t{what}\t\t{why}");
        }

        foreach (var (table, rows, moved) in result.Moved)
        {
            var left = result.Misfits.Count(row => row.Table == table && row.Outcome == MisfitOutcome.LeftOut);
            Console.Error.WriteLine($"{table}: {rows:n0} rows, {moved:n0} moved, {left:n0} left out");
        }

        var blocking = result.Blocking.Count();
        Console.Error.WriteLine(
            blocking > 0 ? $"Nothing was moved: mend the {blocking:n0} rows marked \"blocks\" in {Name(old)}, and try again."
            : result.IsCommitted ? $"Moved from {Name(old)} to {target.Name}; counts and checksums are equal. Run make db-check."
            : $"Rolled back: {target.Name} is as it was. MOVE=1 moves the rows.");
        return blocking > 0 ? 1 : 0;
    }

    private static string Name(NpgsqlConnectionStringBuilder old) => PostgresUrl.Describe(old);
}
