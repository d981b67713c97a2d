using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;

namespace RlsChat.Bench;

/// <summary>
/// A statement with named parameters (<c>:chat</c>), as pgbench writes them: those of a subject, and constants.
/// </summary>
internal sealed partial record Statement(string Text, IReadOnlyDictionary<string, string> Constants)
{
    /// <summary>The names of its parameters.</summary>
    public IEnumerable<string> Names => Parameter().Matches(Text).Select(match => match.Groups[1].Value).Distinct();

    public static implicit operator Statement(string text) => new(text, new Dictionary<string, string>());

    /// <summary>The same for Npgsql.</summary>
    public NpgsqlBatchCommand Command(Subject subject)
    {
        var names = Names.ToList();
        var command = new NpgsqlBatchCommand(Parameter().Replace(Text, match => $"${names.IndexOf(match.Groups[1].Value) + 1}"));
        foreach (var name in names)
        {
            command.Parameters.Add(new NpgsqlParameter
            {
                Value = Constants.GetValueOrDefault(name) ?? subject.Values[name],
                NpgsqlDbType = NpgsqlDbType.Unknown,
            });
        }

        return command;
    }

    [GeneratedRegex("(?<!:):([a-z]\\w*)")]
    private static partial Regex Parameter();
}

/// <summary>What one request sends in one round trip: who is asking, the question, and what else the API asks.</summary>
/// <param name="Statements">In their order.</param>
/// <param name="RollsBack">Whether it is undone, so that it can be repeated.</param>
internal sealed record Batch(IReadOnlyList<Statement> Statements, bool RollsBack = false)
{
    /// <summary>The rows of the question, each as text, in the order of the answer; what it changes is undone.</summary>
    public async Task<List<string>> Ask(string connectionString, Subject subject)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in Statements)
        {
            batch.BatchCommands.Add(statement.Command(subject));
        }

        var rows = new List<string>();
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        var values = new object[reader.FieldCount];
        while (await reader.ReadAsync())
        {
            reader.GetValues(values);
            rows.Add(string.Join('|', values));
        }

        return rows;
    }
}
