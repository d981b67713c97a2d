using System.Text.RegularExpressions;

namespace RlsChat.Bench;

/// <summary>
/// The statements that the API sends for a request, read from the server's log: so what is measured is what the API
/// does, also after it has changed.
/// </summary>
internal static partial class Recorder
{
    public static async Task<Dictionary<string, Batch>> Record(World world, IEnumerable<Question> questions)
    {
        Program.Say("recording the statements of the API");
        await using var api = await Service.Api(world);
        var log = Path.Combine(
            Path.GetDirectoryName(await world.Scalar<string>("postgres", "select current_setting('data_directory')"))!, "server.log");
        var batches = new Dictionary<string, Batch>();
        await Log("all");
        foreach (var question in questions)
        {
            var from = new FileInfo(log).Length;
            using var response = await api.Send(question.Request(world, world.Stranger));
            if (!response.IsSuccessStatusCode)
            {
                throw new InvalidOperationException($"{question.Name}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            }

            using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            reader.BaseStream.Position = from;
            batches.Add(question.Name, new Batch(
                [.. Statements(await reader.ReadToEndAsync(), world.Stranger, question.Constants)], question.RollsBack));
        }

        await Log("none");
        return batches;

        async Task Log(string what)
        {
            await world.Execute("postgres", $"alter system set log_statement = '{what}'");
            await world.Execute("postgres", "select pg_reload_conf()");
            await Task.Delay(500);
        }
    }

    /// <summary>Those of the session that set who is asking, from there on; ids of the subject become parameters.</summary>
    private static IEnumerable<Statement> Statements(string log, Subject subject, IReadOnlyDictionary<string, string> constants)
    {
        var entries = Entry().Matches(log).ToList();
        var session = entries.First(entry => entry.Groups["sql"].Value.Contains("set_config('auth.uid'", StringComparison.Ordinal)).Groups["pid"].Value;
        foreach (var (place, entry) in entries.Where(entry => entry.Groups["pid"].Value == session).Index())
        {
            var values = Value().Matches(entry.Groups["values"].Value).ToDictionary(
                match => match.Groups[1].Value, match => match.Groups[2].Success ? match.Groups[2].Value.Replace("''", "'", StringComparison.Ordinal) : null);
            var given = new Dictionary<string, string>(constants);
            yield return new Statement(Position().Replace(entry.Groups["sql"].Value.Replace("\n\t", "\n", StringComparison.Ordinal), match =>
            {
                if (values[match.Groups[1].Value] is not { } value)
                {
                    return "null";
                }

                var name = subject.Values.FirstOrDefault(pair => pair.Value == value).Key;
                if (name is null)
                {
                    name = given.FirstOrDefault(pair => pair.Value == value).Key ?? $"p{place}_{match.Groups[1].Value}";
                    given[name] = value;
                }

                // The identity statement takes texts.
                return $":{name}{(place == 0 ? "" : Cast(value))}";
            }), given);
        }
    }

    // The API sends types with its parameters, pgbench cannot.
    private static string Cast(string value) =>
        Guid.TryParse(value, out _) ? "::uuid" : value.StartsWith('[') ? "::json" : "";

    [GeneratedRegex(@"\[(?<pid>\d+)\] LOG:  execute [^:]+: (?<sql>.*?)(?=\n\d{4}-|\z)(\n[^\n]*DETAIL:  parameters: (?<values>.*?)(?=\n\d{4}-|\z))?", RegexOptions.Singleline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\$(\d+) = (?:NULL|'((?:[^']|'')*)')")]
    private static partial Regex Value();

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Position();
}
