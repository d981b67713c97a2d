using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;

namespace RlsChat.Database.Commands;

// make db-check [FORMAT=json|sarif]
internal static class Check
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static async Task<int> Run(Arguments arguments)
    {
        var format = arguments.Option("--format");
        arguments.End();
        if (format is not (null or "json" or "sarif"))
        {
            throw new SetupException("FORMAT is json or sarif.");
        }

        await using var target = await Target.Open();
        var findings = await Checks.Run(target.Owner);
        var wrong = findings.Count(finding => !finding.IsNote);
        Console.WriteLine(format switch
        {
            "json" => JsonSerializer.Serialize(findings, Json),
            "sarif" => Sarif.Of(findings, Script.Embedded).ToJsonString(Json),
            _ => string.Join(Environment.NewLine,
            [
                .. findings,
                .. await Lag(target.Owner),
                wrong == 0 ? $"All is well: {target.Name}." : $"{wrong} {(wrong == 1 ? "finding" : "findings")}: {target.Name}.",
            ]),
        });
        return wrong == 0 ? 0 : 1;
    }

    // How long a transaction takes to each standby that answers reads; behind a transaction that runs on it waits, too.
    private static async Task<List<string>> Lag(string owner)
    {
        if (DatabaseSettings.FromEnvironment().Standbys is not { } standbys)
        {
            return [];
        }

        await using var primary = await Connections.Open(owner);
        var lines = new List<string>();
        foreach (var host in PostgresUrl.Each(standbys))
        {
            lines.Add($"reads: {await Lag(primary, host)}");
        }

        return lines;
    }

    private static async Task<string> Lag(NpgsqlConnection primary, NpgsqlConnectionStringBuilder host)
    {
        var name = PostgresUrl.Describe(host);
        try
        {
            await using var standby = await Connections.Open(host.ConnectionString);
            await using var commit = new NpgsqlCommand("select pg_catalog.pg_current_xact_id()::text::bigint", primary);
            var (number, started) = ((long)(await commit.ExecuteScalarAsync())!, Stopwatch.GetTimestamp());
            await using var ask = standby.Command(
                "select pg_catalog.pg_is_in_recovery(), $1 < pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text::bigint", number);
            for (; ; await Task.Delay(10))
            {
                await using var reader = await ask.ExecuteReaderAsync();
                await reader.ReadAsync();
                var (isStandby, isSeen, waited) = (reader.GetBoolean(0), reader.GetBoolean(1), Stopwatch.GetElapsedTime(started));
                if (!isStandby)
                {
                    return $"{name} is the primary";
                }

                if (isSeen || waited > TimeSpan.FromSeconds(10))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"{name} is {(isSeen ? "" : "more than ")}{waited.TotalSeconds:0.00} s behind");
                }
            }
        }
        catch (SetupException e)
        {
            return e.Message;
        }
    }
}
