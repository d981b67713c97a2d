using System.Diagnostics;
using System.Globalization;

namespace RlsChat.Bench;

/// <summary>The load generators: pgbench and wrk, which take little of the processors that they share with the servers.</summary>
internal static class Tool
{
    /// <summary>The limit of one statement; what takes longer is given up.</summary>
    public const int Limit = 10;

    /// <summary>pgbench: clients that send the batch in one pipelined, prepared round trip, as the API does.</summary>
    public static Side Pgbench(World world, string name, Batch batch, int clients, IReadOnlyList<Subject> subjects, string? database = null) =>
        new(name, async seconds =>
        {
            var folder = Directory.CreateTempSubdirectory("rlschat-bench").FullName;
            try
            {
                var script = Path.Combine(folder, "script");
                await File.WriteAllTextAsync(script, Script(batch, subjects, clients));
                var variables = batch.Statements.SelectMany(statement => statement.Constants).DistinctBy(pair => pair.Key)
                    .SelectMany(pair => new[] { "-D", $"{pair.Key}={pair.Value}" });
                var (code, output) = await Run("pgbench", new()
                {
                    ["PGHOST"] = "127.0.0.1",
                    ["PGPORT"] = $"{world.Server.Port}",
                    ["PGUSER"] = "rlschat_api",
                    ["PGPASSWORD"] = world.Server.Secrets.Api,
                    ["PGDATABASE"] = database ?? RlsChat.Database.EmbeddedServer.Database,
                    ["PGOPTIONS"] = $"-c statement_timeout={Limit}s",
                }, ["-n", "-M", "prepared", "-c", $"{clients}", "-j", "1", "-T", $"{seconds}", "-D", "turn=0", .. variables,
                    "-f", script, "-l", $"--log-prefix={Path.Combine(folder, "log")}"]);
                var latencies = Directory.EnumerateFiles(folder, "log*").SelectMany(File.ReadLines)
                    .Select(line => line.Split(' ')).Select(field => (At: Number(field[4]) + (Number(field[5]) / 1e6), Time: Number(field[2]))).ToList();
                if (output.Contains("statement timeout", StringComparison.Ordinal))
                {
                    return new Turn(clients / (double)Limit, Limit * 1e6, Limit * 1e6, GaveUp: true);
                }

                if (code != 0 || latencies.Count == 0)
                {
                    Program.Say($"{name}: {output.Split('\n').FirstOrDefault(line => line.Contains("ERROR", StringComparison.Ordinal)) ?? output}");
                    return new Turn(double.NaN, double.NaN, double.NaN, Errors: 1);
                }

                // In the first fifth, sessions read the catalogue and plan.
                var from = latencies.Min(entry => entry.At) + (seconds / 5.0);
                var times = latencies.Where(entry => entry.At >= from).Select(entry => entry.Time).ToList() is { Count: > 0 } later
                    ? later : [.. latencies.Select(entry => entry.Time)];
                return new Turn(clients * 1e6 / times.Average(), Rounds.Quantile(times, 0.5), Rounds.Quantile(times, 0.99));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });

    /// <summary>wrk: 16 clients that send these requests, each after the answer to the one before.</summary>
    public static Side Wrk(string name, Service service, IEnumerable<(string Method, string Path, string Token, string? Body)> requests) =>
        new(name, async seconds =>
        {
            var file = Path.Combine(Program.Folder, "requests");
            await File.WriteAllLinesAsync(file, requests.Select(request => string.Join('\t', request.Method, request.Path, request.Token, request.Body)));
            var (code, output) = await Run("wrk", new(), ["-t", "1", "-c", $"{Service.Connections}", "-d", $"{seconds}s", "--timeout", "10s",
                "-s", Path.Combine(AppContext.BaseDirectory, "requests.lua"), $"{service.Address}", "--", file]);
            var result = output.Split('\n').FirstOrDefault(line => line.StartsWith("result ", StringComparison.Ordinal))?.Split(' ').Skip(1).Select(Number).ToArray();
            return code != 0 || result is null
                ? throw new InvalidOperationException($"wrk: {output}")
                : new Turn((result[0] - result[2]) * 1e6 / result[1], result[3], result[4], (long)result[2]);
        });

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Code, string Output)> Run(string program, Dictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    // Each client has subjects of its own, so that none waits for another's row, and takes another one now and then:
    // pgbench has no texts but those that a query returns.
    private static string Script(Batch batch, IReadOnlyList<Subject> subjects, int clients)
    {
        var names = batch.Statements.SelectMany(statement => statement.Names.Except(statement.Constants.Keys)).Distinct().ToList();
        var columns = names.Select(name => $"('{{{string.Join(',', subjects.Select(subject => subject.Values[name]))}}}'::text[])[:k] as {name}");
        List<string> lines =
        [
            "\\set turn :turn + 1",
            "\\if :turn % 50 = 1",
            $"\\set k random(0, {subjects.Count / clients} - 1) * {clients} + :client_id + 1",
            $"select {string.Join(", ", columns)} \\gset",
            "\\endif",
            "\\startpipeline",
            .. batch.RollsBack ? ["begin;"] : Array.Empty<string>(),
            .. batch.Statements.Select(statement => $"{statement.Text.Trim()};"),
            .. batch.RollsBack ? ["rollback;"] : Array.Empty<string>(),
            "\\endpipeline",
        ];
        return string.Join('\n', lines) + '\n';
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
