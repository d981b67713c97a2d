using System.Text.Json;
using Npgsql;

namespace RlsChat.Bench;

/// <summary>What a request costs inside the server.</summary>
/// <param name="Microseconds">The median execution time of the statement, as EXPLAIN ANALYZE says.</param>
/// <param name="Verifications">How often one request, the identity statement included, verified who is asking.</param>
internal sealed record InsideFigures(double Microseconds, long Verifications);

/// <summary>Looks into the server, apart from the turns, because looking costs time.</summary>
internal static class Inside
{
    private const int Samples = 101;

    private const string Verified = """
        select coalesce(sum(calls), 0)::bigint from pg_catalog.pg_stat_xact_user_functions
        where schemaname = 'auth' and funcname = 'uid'
        """;

    public static async Task<Dictionary<string, InsideFigures>> Measure(
        Question question, IEnumerable<Asker> askers, List<Subject> subjects, IEnumerable<Figures> figures)
    {
        var result = new Dictionary<string, InsideFigures>();
        if (question.About is About.Everything)
        {
            return result;
        }

        var looked = askers.Where(asker => figures.Any(figure => figure.Asker == asker && !figure.GaveUp)).ToList();
        var times = looked.ToDictionary(asker => asker, _ => new List<double>());
        foreach (var asker in looked)
        {
            await Run(asker, subjects[0], Prepare(question, asker.Form));
        }

        foreach (var subject in subjects.Take(Samples))
        {
            foreach (var asker in looked)
            {
                var arguments = question.Arguments(subject, asker.Form.ByHand).Select(argument => $"'{argument}'");
                var (answer, calls) = await Run(asker, subject,
                    $"explain (analyze, timing off, format json) execute bench_inside({string.Join(", ", arguments)})");
                times[asker].Add(JsonDocument.Parse(answer!).RootElement[0].GetProperty("Execution Time").GetDouble() * 1000);
                result[asker.Form.Name] = new InsideFigures(Figures.Of(times[asker]), calls);
            }
        }

        foreach (var asker in looked)
        {
            await Run(asker, subjects[0], "deallocate bench_inside");
        }

        return result;
    }

    private static string Prepare(Question question, Form form)
    {
        var parameters = Enumerable.Repeat("uuid", form.ByHand ? 2 : 1);
        return $"prepare bench_inside({string.Join(", ", parameters)}) as {(form.ByHand ? question.ByHand : question.Sql)}";
    }

    private static async Task<(string? Answer, long Verifications)> Run(Asker asker, Subject subject, string sql)
    {
        await using var transaction = await asker.Connection.BeginTransactionAsync();
        await Scalar(asker, "set local track_functions = 'pl'");
        var before = (long)(await Scalar(asker, Verified))!;
        await using (var identity = new NpgsqlBatch(asker.Connection) { BatchCommands = { asker.Identity(subject) } })
        {
            await identity.ExecuteNonQueryAsync();
        }

        var answer = await Scalar(asker, sql);
        var after = (long)(await Scalar(asker, Verified))!;
        await transaction.RollbackAsync();
        return (answer as string, after - before);
    }

    private static async Task<object?> Scalar(Asker asker, string sql)
    {
        await using var command = new NpgsqlCommand(sql, asker.Connection);
        return await command.ExecuteScalarAsync();
    }
}
